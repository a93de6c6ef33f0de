// Takes a pack into the storage that content scripts read. Runs in the background only.
import {
  type Bucket,
  BUCKETS,
  bucketName,
  CHUNKS,
  chunkName,
  ENTRY_CHARS,
  type Pointer,
  pointerName,
  type Readable,
  REST_CHARS,
  type Slot,
} from "./buckets.ts";
import { PackError } from "./error.ts";
import { hex, placeOf } from "./hash.ts";
import type { Notice } from "./header.ts";
import { decode, linkCount, type Pack } from "./pack.ts";
import type { Bytes } from "./verify.ts";

/** The part of `storage.local` that an installation needs. */
export interface Writable extends Readable {
  set(items: Record<string, unknown>): Promise<void>;
  remove(names: string[]): Promise<void>;
}

export interface Installed {
  readonly changed: boolean;
  readonly pointer: Pointer;
}

const DAY = 86_400_000;
/** Names a call: one call with everything would hold a large pack in memory twice more. */
const BATCH = 512;

/** Clocks differ, but not by more than a day. */
export const latestIssue = (): number => Date.now() + DAY;

let last: Promise<unknown> = Promise.resolve();

/**
 * Take a pack. Throws PackError, and leaves the copy as it was, when the pack is damaged, is signed
 * with another key than the copy's (the first pack's key is kept, `publicKey` can name it before),
 * is older than the copy, or is dated in the future.
 */
export function install(storage: Writable, file: Bytes, publicKey?: string, publisher = 0): Promise<Installed> {
  // One after the other: two that run together would choose the same slot.
  const turn = last.then(() => take(storage, file, publicKey, publisher));
  last = turn.catch(() => undefined);
  return turn;
}

/** Give a publisher up: the copy and the kept key are removed. */
export async function uninstall(storage: Writable, publisher = 0): Promise<void> {
  await storage.remove([pointerName(publisher)]);
  for (const slot of ["a", "b"] as const) await clear(storage, publisher, slot);
}

async function take(storage: Writable, file: Bytes, publicKey: string | undefined, publisher: number): Promise<Installed> {
  const name = pointerName(publisher);
  const present = (await storage.get([name]))[name] as Pointer | undefined;
  const expected = { publicKey: present?.key ?? publicKey, minimumVersion: present?.pack.version, latestIssue: latestIssue() };
  const pack = await decode(file, expected);
  if (present && present.pack.version === pack.header.version) {
    if (present.signature === pack.signature) return { changed: false, pointer: present };
    throw new PackError(`another pack with the version ${present.pack.version} was taken before`, "version");
  }
  const slot = present?.slot === "a" ? "b" : "a";
  // What an interrupted installation left would otherwise stay beside the new copy.
  await clear(storage, publisher, slot);
  await write(storage, bucketsOf(pack, publisher, slot));
  await write(storage, chunksOf(pack, publisher, slot));
  const pointer = pointerTo(pack, slot);
  await storage.set({ [name]: pointer });
  if (present) await clear(storage, publisher, present.slot);
  return { changed: true, pointer };
}

function pointerTo({ header, signature }: Pack, slot: Slot): Pointer {
  const { version, issued, publisher, public_key: key, bands, reasons } = header;
  const staleAt = Date.parse(issued) + header.stale_after_days * DAY;
  return { slot, pack: { version, issued, publisher }, staleAt, bands, reasons, key, signature };
}

/** Every bucket is written, also an empty one: one that is missing then means a damaged copy. */
function bucketsOf({ merchants, safety, links }: Pack, publisher: number, slot: Slot): Map<string, Bucket> {
  const buckets = new Map(names(BUCKETS).map((name) => [name, { m: "", s: {} as Record<string, number[]> }]));
  for (const { prefixes, values } of merchants) {
    prefixes.forEach((prefix, i) => {
      const { bucket, rest } = placeOf(prefix);
      buckets.get(bucket)!.m += rest + values[i]!.toString(36).padStart(ENTRY_CHARS - REST_CHARS, "0");
    });
  }
  let start = 0;
  safety.prefixes.forEach((prefix, i) => {
    const { bucket, rest } = placeOf(prefix);
    const end = start + linkCount(safety.values[i]!);
    buckets.get(bucket)!.s[rest] = [safety.values[i]! % 4, ...links.subarray(start, end)];
    start = end;
  });
  return new Map([...buckets].map(([bucket, cell]) => [bucketName(publisher, slot, bucket), cell]));
}

function chunksOf({ notices }: Pack, publisher: number, slot: Slot): Map<string, Notice[]> {
  const chunks = new Map<string, Notice[]>();
  notices.forEach((notice, i) => {
    const name = chunkName(publisher, slot, i);
    chunks.set(name, [...(chunks.get(name) ?? []), notice]);
  });
  return chunks;
}

async function write(storage: Writable, items: Map<string, unknown>): Promise<void> {
  const all = [...items];
  for (let i = 0; i < all.length; i += BATCH) await storage.set(Object.fromEntries(all.slice(i, i + BATCH)));
}

async function clear(storage: Writable, publisher: number, slot: Slot): Promise<void> {
  const chunks = Array.from({ length: CHUNKS }, (_, i) => chunkName(publisher, slot, i));
  await storage.remove([...names(BUCKETS).map((bucket) => bucketName(publisher, slot, bucket)), ...chunks]);
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => hex(i, 3));
