// The copy as a content script reads it: a pointer, 4,096 buckets and 256 chunks of notices in
// `storage.local`, in two slots of which the pointer names one. `install.ts` writes it.
import { type Digest, hex, place } from "./hash.ts";
import type { Notice, Publisher } from "./header.ts";

/** The part of `storage.local` that a lookup needs. */
export interface Readable {
  get(names: string[]): Promise<Record<string, unknown>>;
}

export type Slot = "a" | "b";

/** Which pack a verdict comes from. */
export interface Origin {
  readonly version: number;
  readonly issued: string;
  readonly publisher: Publisher;
}

/** Which slot holds the copy, and what its numbers mean. */
export interface Pointer {
  readonly slot: Slot;
  readonly pack: Origin;
  readonly staleAt: number;
  readonly bands: readonly string[];
  readonly reasons: readonly string[];
  /** The key that the next pack must be signed with. */
  readonly key: string;
  readonly signature: string;
}

export interface Bucket {
  /** Merchants: 7 characters of the prefix and 2 of the value, in base 36, one after the other. */
  readonly m: string;
  /** Safety keys: the rest of the prefix, then the tier and the numbers of the notices. */
  readonly s: Readonly<Record<string, readonly number[]>>;
}

export interface Match {
  readonly tier: number;
  readonly notice: Notice;
}

export interface Verdict {
  /** "none" also stands for a merchant that is not listed or not known: there is no data. */
  readonly state: "rated" | "none" | "stale" | "absent copy";
  /** Whether the copy holds a line about the merchant. */
  readonly listed: boolean;
  readonly band: string;
  readonly warning: boolean;
  readonly reason: string | null;
  readonly safety: readonly Match[];
  readonly pack: Origin | null;
}

export interface Keys {
  readonly merchant: string | null;
  readonly safety: readonly string[];
}

/** The subscription that names of the storage begin with; a second publisher would be number 1. */
const SUBSCRIPTION = "pack/0";
export const POINTER = SUBSCRIPTION;
export const BUCKETS = 4096;
export const CHUNKS = 256;
export const REST_CHARS = 7;
export const ENTRY_CHARS = 9;

export const bucketName = (slot: Slot, bucket: string): string => `${SUBSCRIPTION}/${slot}/${bucket}`;
export const chunkName = (slot: Slot, notice: number): string => `${SUBSCRIPTION}/${slot}/n${hex(notice % CHUNKS, 2)}`;

/**
 * What the copy says of a merchant and of a product. Sends nothing; reads the storage once, and once
 * more when a notice matches. An outdated copy gives no band, but still the notices: they carry their
 * own dates.
 */
export async function lookup(storage: Readable, keys: Keys, now: number, digest?: Digest): Promise<Verdict> {
  // No merchant is looked up as an empty key, which no pack lists.
  const places = await Promise.all([keys.merchant ?? "", ...keys.safety].map((key) => place(key, digest)));
  // Both slots in one read, so that a copy that is being replaced is seen whole: the old or the new.
  const names = places.flatMap(({ bucket }) => [bucketName("a", bucket), bucketName("b", bucket)]);
  const read = await storage.get([POINTER, ...names]);
  const pointer = read[POINTER] as Pointer | undefined;
  const cells = places.map(({ bucket }) => read[bucketName(pointer?.slot ?? "a", bucket)] as Bucket | undefined);
  if (!pointer || cells.includes(undefined)) return absent;

  const safety = await matches(storage, pointer, cells.flatMap((cell, i) => (i ? links(cell!.s[places[i]!.rest]) : [])));
  if (!safety) return lookup(storage, keys, now, digest);
  const stale = now > pointer.staleAt;
  const value = stale ? -1 : find(cells[0]!.m, places[0]!.rest);
  const listed = value >= 0;
  const band = pointer.bands[listed ? value & 7 : 0]!;
  return {
    state: stale ? "stale" : band === "none" ? band : "rated",
    listed,
    band,
    warning: listed && (value & 8) > 0,
    reason: pointer.reasons[(value >> 4) - 1] ?? null,
    safety,
    pack: pointer.pack,
  };
}

const absent: Verdict = {
  state: "absent copy", listed: false, band: "none", warning: false, reason: null, safety: [], pack: null,
};

type Link = readonly [tier: number, notice: number];

const links = ([tier, ...notices]: readonly number[] = []): Link[] => notices.map((notice) => [tier!, notice]);

/** The notices, most certain first; null when the copy was replaced since the pointer was read. */
async function matches(storage: Readable, { slot, pack }: Pointer, found: Link[]): Promise<Match[] | null> {
  if (!found.length) return [];
  const read = await storage.get([POINTER, ...found.map(([, notice]) => chunkName(slot, notice))]);
  if ((read[POINTER] as Pointer | undefined)?.pack.version !== pack.version) return null;
  const best = new Map(found.sort(([one], [other]) => other - one).map(([tier, notice]) => [notice, tier]));
  return [...best]
    .map(([notice, tier]) => ({ tier, notice: (read[chunkName(slot, notice)] as Notice[])[Math.floor(notice / CHUNKS)]! }))
    .sort((one, other) => one.tier - other.tier);
}

function find(entries: string, rest: string): number {
  for (let i = 0; i < entries.length; i += ENTRY_CHARS) {
    if (entries.startsWith(rest, i)) return parseInt(entries.slice(i + REST_CHARS, i + ENTRY_CHARS), 36);
  }
  return -1;
}
