// The copies as a content script reads them, one for each publisher that the user takes: a pointer,
// 4,096 buckets and 256 chunks of notices in `storage.local`, in two slots of which the pointer names one.
// Changes since then stand in 256 wider cells, merchants and safety keys apart, in two slots of their own
// each; what they say of a key counts. `install.ts` and `changes.ts` write them.
import { type Digest, hex, type Place, place, wide } from "./hash.ts";
import type { Notice, Part, Publisher } from "./header.ts";

/** The part of `storage.local` that a lookup needs. */
export interface Readable {
  get(names: string[]): Promise<Record<string, unknown>>;
}

/** `a` and `b` for the whole pack, `c` and `d` for changed merchants, `e` and `f` for changed safety keys. */
export type Slot = "a" | "b" | "c" | "d" | "e" | "f";
export const SLOTS: Readonly<Record<Part | "whole", readonly [Slot, Slot]>> = { whole: ["a", "b"], merchants: ["c", "d"], safety: ["e", "f"] };

/** Which pack a verdict comes from. */
export interface Origin {
  readonly version: number;
  readonly issued: string;
  readonly publisher: Publisher;
}

/** Which slots hold the copy, and what its numbers mean. */
export interface Pointer {
  /** As its merchants were last renewed. */
  readonly pack: Origin;
  readonly staleAt: number;
  readonly bands: readonly string[];
  readonly reasons: readonly string[];
  /** The key that the next pack must be signed with. */
  readonly key: string;
  /** Version and signature of the whole pack. */
  readonly whole: Taken;
  readonly changes: Readonly<Partial<Record<Part, Taken>>>;
}

/** A file that was taken, and where its contents are. */
export interface Taken {
  readonly slot: Slot;
  readonly version: number;
  readonly signature: string;
}

export interface Bucket {
  /** Merchants: the rest of the prefix and 2 characters of the value in base 36 or `GONE`, one after the other. */
  readonly m: string;
  /** Safety keys: the rest of the prefix, then the tier and the numbers of the notices; nothing for one that is gone. */
  readonly s: Readonly<Record<string, readonly number[]>>;
}

export interface Match {
  readonly tier: number;
  readonly notice: Notice;
  /** The copy that holds it. */
  readonly by: Origin;
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
  /** The copy that speaks of the seller. */
  readonly pack: Origin | null;
  /** All copies that were asked. */
  readonly packs: readonly Origin[];
}

export interface Keys {
  readonly merchant: string | null;
  readonly safety: readonly string[];
}

/** Publishers that can be taken at once, numbered from 0; the first that knows a seller grades it. */
export const PUBLISHERS = 4;
export const BUCKETS = 4096;
export const CHUNKS = 256;
export const VALUE_CHARS = 2;
/** Stands for the value of a merchant that the whole pack lists and no newer one does: no number. */
export const GONE = "--";

export const pointerName = (publisher: number): string => `pack/${publisher}`;
export const bucketName = (publisher: number, slot: Slot, bucket: string): string => `pack/${publisher}/${slot}/${bucket}`;
export const chunkName = (publisher: number, slot: Slot, notice: number): string => bucketName(publisher, slot, `n${hex(notice % CHUNKS, 2)}`);

type Items = Record<string, unknown>;

/**
 * What the copies say of a merchant and of a product. Sends nothing; reads the storage once, and once
 * more when a notice matches. An outdated copy gives no band, but still the notices: they carry their
 * own dates. Notices count whoever published them.
 */
export async function lookup(storage: Readable, keys: Keys, now: number, digest?: Digest): Promise<Verdict> {
  // No merchant is looked up as an empty key, which no pack lists.
  const places = await Promise.all([keys.merchant ?? "", ...keys.safety].map((key) => place(key, digest)));
  const publishers = [...Array(PUBLISHERS).keys()];
  // All slots in one read, so that a copy that is being replaced is seen whole: the old or the new.
  const names = publishers.flatMap((each) => [pointerName(each), ...places.flatMap((one, i) => namesOf(each, one, i))]);
  const read = await storage.get(names);
  const said = publishers.flatMap((each) => answer(read, each, places, now) ?? []);
  const safety = await matches(storage, said.flatMap(({ links }) => links));
  if (!safety) return lookup(storage, keys, now, digest);
  const speaks = said.find(({ verdict }) => verdict.listed) ?? said.find(({ verdict }) => verdict.state !== "stale") ?? said[0];
  return { ...(speaks?.verdict ?? absent), safety, packs: said.map(({ verdict }) => verdict.pack as Origin) };
}

/** The first place is the merchant's. */
const partOf = (i: number): Part => (i ? "safety" : "merchants");

const namesOf = (publisher: number, place: Place, i: number): string[] => [
  ...SLOTS.whole.map((slot) => bucketName(publisher, slot, place.bucket)),
  ...SLOTS[partOf(i)].map((slot) => bucketName(publisher, slot, wide(place).bucket)),
];

const absent = { state: "absent copy", listed: false, band: "none", warning: false, reason: null, pack: null } as const;

interface Answer {
  readonly verdict: Omit<Verdict, "safety" | "packs">;
  readonly links: Link[];
}

/** What one publisher's copy says; null when it is not there, or damaged. */
function answer(read: Items, publisher: number, places: readonly Place[], now: number): Answer | null {
  const pointer = read[pointerName(publisher)] as Pointer | undefined;
  if (!pointer) return null;
  const { whole, changes, pack, bands, reasons, staleAt } = pointer;
  const cells = places.map((place, i) => {
    const newer = changes[partOf(i)];
    const at = (slot: Slot, { bucket, rest }: Place): Cell => ({ slot, rest, cell: read[bucketName(publisher, slot, bucket)] as Bucket | undefined });
    return [...(newer ? [at(newer.slot, wide(place))] : []), at(whole.slot, place)];
  });
  if (cells.flat().some(({ cell }) => !cell)) return null;
  const stale = now > staleAt;
  const value = stale ? -1 : (cells[0]!.map(numberIn).find((each) => each !== -1) ?? -1);
  const listed = value >= 0;
  const band = bands[listed ? value & 7 : 0]!;
  const state = stale ? "stale" : band === "none" ? band : "rated";
  return {
    verdict: { state, listed, band, warning: listed && (value & 8) > 0, reason: reasons[(value >> 4) - 1] ?? null, pack },
    links: cells.slice(1).flatMap((layers) => {
      const { slot, rest, cell } = layers.find(({ cell, rest }) => cell!.s[rest]) ?? layers[0]!;
      const [tier, ...notices] = cell!.s[rest] ?? [];
      return notices.map((notice) => ({ tier: tier!, notice, publisher, slot, pack }));
    }),
  };
}

interface Cell {
  readonly slot: Slot;
  readonly rest: string;
  readonly cell: Bucket | undefined;
}

interface Link {
  readonly tier: number;
  readonly notice: number;
  readonly publisher: number;
  readonly slot: Slot;
  readonly pack: Origin;
}

/** The notices, most certain first, each once; null when a copy was replaced since its pointer was read. */
async function matches(storage: Readable, links: Link[]): Promise<Match[] | null> {
  if (!links.length) return [];
  const read = await storage.get(links.flatMap(({ publisher, slot, notice }) => [pointerName(publisher), chunkName(publisher, slot, notice)]));
  const best = new Map<string, Match>();
  for (const { tier, notice: number, publisher, slot, pack: by } of links.sort((one, other) => one.tier - other.tier)) {
    const now = read[pointerName(publisher)] as Pointer | undefined;
    if (now?.whole.slot !== slot && now?.changes.safety?.slot !== slot) return null;
    const notice = (read[chunkName(publisher, slot, number)] as Notice[])[Math.floor(number / CHUNKS)]!;
    const name = `${notice.authority} ${notice.id}`;
    if (!best.has(name)) best.set(name, { tier, notice, by });
  }
  return [...best.values()];
}

/** The number of a merchant; -1 when the cell says nothing of it, no number when it is gone. */
function numberIn({ cell, rest }: Cell): number {
  const { m } = cell!;
  for (let i = 0; i < m.length; i += rest.length + VALUE_CHARS) {
    if (m.startsWith(rest, i)) return parseInt(m.slice(i + rest.length, i + rest.length + VALUE_CHARS), 36);
  }
  return -1;
}
