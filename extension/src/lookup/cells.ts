// What a pack says, cut into the pieces that content scripts read. Runs in the background only.
import { type Bucket, BUCKETS, bucketName, CHUNKS, chunkName, GONE, type Readable, type Slot, VALUE_CHARS } from "./buckets.ts";
import { hex, type Place, placeOf, wide } from "./hash.ts";
import type { Notice } from "./header.ts";
import { linkCount, type Pack } from "./pack.ts";

/** The part of `storage.local` that an installation needs. */
export interface Writable extends Readable {
  set(items: Record<string, unknown>): Promise<void>;
  remove(names: string[]): Promise<void>;
}

/** Names a call: one call with everything would hold a large pack in memory twice more. */
const BATCH = 512;

/** Hexadecimal digits of a bucket's name: 3 for a whole pack, 2 for changes. */
const digitsOf = (slot: Slot): number => (slot < "c" ? 3 : 2);

/** Writes merchants, safety keys and notices of a pack into a slot that nobody reads. */
export async function fill(storage: Writable, pack: Pack, publisher: number, slot: Slot): Promise<void> {
  await write(storage, [...cellsOf(pack, slot)].map(([name, cell]) => [bucketName(publisher, slot, name), cell]));
  await write(storage, [...chunksOf(pack, publisher, slot)]);
}

export async function clear(storage: Writable, publisher: number, slot: Slot): Promise<void> {
  const chunks = Array.from({ length: CHUNKS }, (_, i) => chunkName(publisher, slot, i));
  await storage.remove([...namesIn(slot).map((name) => bucketName(publisher, slot, name)), ...chunks]);
}

function namesIn(slot: Slot): string[] {
  const digits = digitsOf(slot);
  return Array.from({ length: digits === 3 ? BUCKETS : 256 }, (_, i) => hex(i, digits));
}

/** Every cell is written, also an empty one: one that is missing then means a damaged copy. */
function cellsOf({ header, merchants, safety, links, tombstones }: Pack, slot: Slot): Map<string, Bucket> {
  const cells = new Map(namesIn(slot).map((name) => [name, { m: "", s: {} as Record<string, number[]> }]));
  const at = (prefix: number): [{ m: string; s: Record<string, number[]> }, string] => {
    const place: Place = header.changes ? wide(placeOf(prefix)) : placeOf(prefix);
    return [cells.get(place.bucket)!, place.rest];
  };
  for (const { prefixes, values } of merchants) {
    prefixes.forEach((prefix, i) => {
      const [cell, rest] = at(prefix);
      cell.m += rest + values[i]!.toString(36).padStart(VALUE_CHARS, "0");
    });
  }
  let start = 0;
  safety.prefixes.forEach((prefix, i) => {
    const [cell, rest] = at(prefix);
    const end = start + linkCount(safety.values[i]!);
    cell.s[rest] = [safety.values[i]! % 4, ...links.subarray(start, end)];
    start = end;
  });
  // A whole pack does not list what is gone; changes have to say so.
  for (const prefix of header.changes ? tombstones.prefixes : []) {
    const [cell, rest] = at(prefix);
    if (header.changes?.part === "safety") cell.s[rest] = [];
    else cell.m += rest + GONE;
  }
  return cells;
}

function chunksOf({ notices }: Pack, publisher: number, slot: Slot): Map<string, Notice[]> {
  const chunks = new Map<string, Notice[]>();
  notices.forEach((notice, i) => {
    const name = chunkName(publisher, slot, i);
    chunks.set(name, [...(chunks.get(name) ?? []), notice]);
  });
  return chunks;
}

async function write(storage: Writable, items: [string, unknown][]): Promise<void> {
  for (let i = 0; i < items.length; i += BATCH) await storage.set(Object.fromEntries(items.slice(i, i + BATCH)));
}
