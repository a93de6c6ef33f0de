// Takes packs and their changes into the storage that content scripts read. Runs in the background only.
import { type Pointer, pointerName, type Slot, SLOTS, type Taken } from "./buckets.ts";
import { clear, fill, type Writable } from "./cells.ts";
import { PackError } from "./error.ts";
import type { Part } from "./header.ts";
import { decode, type Pack, type Table } from "./pack.ts";
import type { Bytes } from "./verify.ts";

export type { Writable } from "./cells.ts";

export interface Installed {
  readonly changed: boolean;
  readonly pointer: Pointer;
}

const DAY = 86_400_000;
/** What two characters in base 36 can say beside band and warning. */
const REASONS = 79;

/** Clocks differ, but not by more than a day. */
export const latestIssue = (): number => Date.now() + DAY;

let last: Promise<unknown> = Promise.resolve();

/** One after the other: two that run together would choose the same slot. */
function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const turn = last.then(act);
  last = turn.catch(() => undefined);
  return turn;
}

/**
 * Take a pack. Throws PackError, and leaves the copy as it was, when the pack is damaged, is signed
 * with another key than the copy's (the first pack's key is kept, `publicKey` can name it before),
 * is older than the copy, or is dated in the future.
 */
export function install(storage: Writable, file: Bytes, publicKey?: string, publisher = 0): Promise<Installed> {
  return inTurn(() => takeWhole(storage, file, publicKey, publisher));
}

/** Take changes to the pack that is there; refused as `install` does, and when they are not to that very pack. */
export function installChanges(storage: Writable, file: Bytes, part: Part, publisher = 0): Promise<Installed> {
  return inTurn(() => takeChanges(storage, file, part, publisher));
}

/** Give a publisher up: the copy and the kept key are removed. */
export async function uninstall(storage: Writable, publisher = 0): Promise<void> {
  await storage.remove([pointerName(publisher)]);
  for (const slot of Object.values(SLOTS).flat()) await clear(storage, publisher, slot);
}

export async function readPointer(storage: Writable, publisher: number): Promise<Pointer | undefined> {
  const name = pointerName(publisher);
  return (await storage.get([name]))[name] as Pointer | undefined;
}

async function takeWhole(storage: Writable, file: Bytes, publicKey: string | undefined, publisher: number): Promise<Installed> {
  const present = await readPointer(storage, publisher);
  const expected = { publicKey: present?.key ?? publicKey, minimumVersion: present?.whole.version, latestIssue: latestIssue() };
  const pack = await decode(file, expected);
  if (present && isKnown(pack, present.whole)) return { changed: false, pointer: present };
  for (const { version } of Object.values(present?.changes ?? {})) {
    if (pack.header.version <= version) throw new PackError(`${pack.header.version} is older than the changes ${version}`, "version");
  }
  const slot = other(SLOTS.whole, present?.whole);
  await replace(storage, pack, publisher, slot);
  const { bands, reasons, public_key: key } = pack.header;
  const pointer = { ...dated(pack), bands, reasons, key, whole: taken(pack, slot), changes: {} };
  await storage.set({ [pointerName(publisher)]: pointer });
  if (present) for (const old of [present.whole, ...Object.values(present.changes)]) await clear(storage, publisher, old.slot);
  return { changed: true, pointer };
}

async function takeChanges(storage: Writable, file: Bytes, part: Part, publisher: number): Promise<Installed> {
  const present = await readPointer(storage, publisher);
  if (!present) throw new PackError("there is no pack to which these changes belong", "changes");
  const before = present.changes[part];
  const { version: since } = present.whole;
  const pack = await decode(file, { publicKey: present.key, minimumVersion: before?.version, latestIssue: latestIssue(), since });
  if (pack.header.changes?.part !== part) throw new PackError(`are no changes of ${part}`, "changes");
  if (before && isKnown(pack, before)) return { changed: false, pointer: present };
  const slot = other(SLOTS[part], before);
  const reasons = [...new Set([...present.reasons, ...pack.header.reasons])];
  if (reasons.length > REASONS) throw new PackError("has more reasons than can be kept", "header.reasons");
  await replace(storage, { ...pack, merchants: pack.merchants.map((table) => renumbered(table, pack, reasons)) }, publisher, slot);
  const renewed = part === "merchants" ? { ...dated(pack), reasons } : {};
  const pointer = { ...present, ...renewed, changes: { ...present.changes, [part]: taken(pack, slot) } };
  await storage.set({ [pointerName(publisher)]: pointer });
  if (before) await clear(storage, publisher, before.slot);
  return { changed: true, pointer };
}

/** What an interrupted installation left would otherwise stay beside the new copy. */
async function replace(storage: Writable, pack: Pack, publisher: number, slot: Slot): Promise<void> {
  await clear(storage, publisher, slot);
  await fill(storage, pack, publisher, slot);
}

const other = ([one, two]: readonly [Slot, Slot], before?: Taken): Slot => (before?.slot === one ? two : one);
const taken = ({ header, signature }: Pack, slot: Slot): Taken => ({ slot, version: header.version, signature });

function dated({ header }: Pack): Pick<Pointer, "pack" | "staleAt"> {
  const { version, issued, publisher } = header;
  return { pack: { version, issued, publisher }, staleAt: Date.parse(issued) + header.stale_after_days * DAY };
}

/** Whether this very file was taken before; throws PackError for another one under its number. */
function isKnown({ header, signature }: Pack, { version, signature: known }: Taken): boolean {
  if (header.version !== version) return false;
  if (signature === known) return true;
  throw new PackError(`another file with the version ${version} was taken before`, "version");
}

/** The values of merchants, with the places that their reasons have in the copy's list. */
function renumbered({ prefixes, values }: Table, { header }: Pack, reasons: readonly string[]): Table {
  const places = [0, ...header.reasons.map((each) => reasons.indexOf(each) + 1)];
  return { prefixes, values: values.map((value) => (value % 16) + 16 * places[Math.floor(value / 16)]!) };
}
