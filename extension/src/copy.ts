import { plainName } from "./clip.ts";
import { noteSent } from "./log.ts";
import { type Origin, pointerName, PUBLISHERS } from "./lookup/buckets.ts";
import { PackError } from "./lookup/error.ts";
import { hex } from "./lookup/hash.ts";
import type { Part } from "./lookup/header.ts";
import { install, installChanges, latestIssue, readPointer, uninstall } from "./lookup/install.ts";
import { decode } from "./lookup/pack.ts";
import { type Bytes, fromBase64 } from "./lookup/verify.ts";
import { checkPurchases } from "./purchases.ts";
import { readSettings } from "./settings.ts";
import { isShopOpen } from "./shops.ts";

const PACK = "/v1/packs/latest";
const HOUR = 60;
const FIRST = 0;
/** A server that has a newer whole pack no longer has changes to the one before. */
const NOT_FOUND = 404;

interface Errand {
  readonly part: Part;
  /** Minutes to the next time, at random so that the hour of a request says nothing. */
  readonly wait: () => number;
  readonly isDue: () => Promise<boolean>;
}

/** What is looked for by itself, by the name of its alarm: sellers about daily, notices about hourly while a shop is open. */
const ERRANDS: Readonly<Record<string, Errand>> = {
  copy: { part: "merchants", wait: () => 12 * HOUR + Math.random() * 24 * HOUR, isDue: async () => true },
  notices: { part: "safety", wait: () => HOUR + (Math.random() * HOUR) / 2, isDue: isShopOpen },
};

/** Who signed a copy, in the words and groups that people can compare. */
export interface CopyFacts {
  readonly publisher: string;
  readonly fingerprint: string;
  readonly version: number;
  readonly issued: string;
}

/** A copy that was downloaded and found whole; nothing of it is used before `adopt`. */
export interface Offer {
  readonly file: Bytes;
  readonly facts: CopyFacts;
}

/** Why a copy was not taken, as the last word of a message key. */
export function failure(error: unknown): string {
  if (!(error instanceof PackError)) return "copy.failed.network";
  const known: Record<string, string> = { signature: "signature", public_key: "publisher", version: "older", issued: "future" };
  return `copy.failed.${known[error.where] ?? "format"}`;
}

/** The copy of one publisher; without a number that of the service this extension comes from. */
export async function present(publisher = FIRST): Promise<CopyFacts | null> {
  const pointer = await readPointer(chrome.storage.local, publisher);
  return pointer ? facts(pointer.key, pointer.pack) : null;
}

/** Downloads the copy that an origin publishes and reads it whole. */
export async function offer(origin: string = FLAGS.apiOrigin): Promise<Offer> {
  const file = await download(new URL(PACK, origin));
  const { header } = await decode(file, { latestIssue: latestIssue() });
  return { file, facts: await facts(header.public_key, header) };
}

/** The first copy; from now on only its key's copies are taken, and looked for once a day. */
export async function adopt({ file }: Offer, publisher = FIRST): Promise<void> {
  await install(chrome.storage.local, file, undefined, publisher);
  await checkPurchases();
  await schedule();
}

/** Takes what has changed since the copy, or the next whole pack when there is one. Resolves to whether there was anything new. */
export async function update(publisher = FIRST): Promise<boolean> {
  const sellers = await renew("merchants", publisher);
  const notices = sellers.isWhole ? sellers : await renew("safety", publisher);
  return sellers.changed || notices.changed;
}

async function renew(part: Part, publisher: number): Promise<{ changed: boolean; isWhole: boolean }> {
  const [origin, pointer] = [await originOf(publisher), await readPointer(chrome.storage.local, publisher)];
  const changes = await fetched(new URL(`/v1/packs/${pointer?.whole.version}/${part}`, origin));
  const { changed } = changes
    ? await installChanges(chrome.storage.local, changes, part, publisher)
    : await install(chrome.storage.local, await download(new URL(PACK, origin)), undefined, publisher);
  if (changed) await checkPurchases();
  return { changed, isWhole: !changes };
}

export const forgetPublisher = (publisher: number): Promise<void> => uninstall(chrome.storage.local, publisher);

/** Gives every publisher up. */
export async function forget(): Promise<void> {
  for (const name of Object.keys(ERRANDS)) await chrome.alarms.clear(name);
  for (let each = 0; each < PUBLISHERS; each++) await uninstall(chrome.storage.local, each);
}

/** Sets the alarms that are not set; browsers may lose them when they are updated or start anew. */
export async function schedule(): Promise<void> {
  if ((await takenPublishers()).length === 0) return;
  for (const [name, { wait }] of Object.entries(ERRANDS)) {
    if (!(await chrome.alarms.get(name))) await chrome.alarms.create(name, { delayInMinutes: wait() });
  }
}

/** Keeps the copies up to date, only those that the user has taken. */
export function keepUpToDate(): void {
  chrome.alarms.onAlarm.addListener(async ({ name }) => {
    const errand = ERRANDS[name];
    if (!errand) return;
    await schedule();
    if (!(await errand.isDue())) return;
    // One that does not answer keeps none of the others waiting.
    for (const each of await takenPublishers()) await renew(errand.part, each).catch((error: unknown) => console.warn(failure(error), error));
  });
}

export async function takenPublishers(): Promise<number[]> {
  const all = [...Array(PUBLISHERS).keys()];
  const stored = await chrome.storage.local.get(all.map(pointerName));
  return all.filter((each) => pointerName(each) in stored);
}

async function originOf(publisher: number): Promise<string> {
  if (publisher === FIRST) return FLAGS.apiOrigin;
  const origin = (await readSettings()).publishers[publisher];
  if (!origin) throw new Error(`publisher ${publisher} has no address`);
  return origin;
}

async function download(address: URL): Promise<Bytes> {
  const file = await fetched(address);
  if (!file) throw new Error(`${address}: status ${NOT_FOUND}`);
  return file;
}

/** A file of a publisher, null when there is none. Without cookies and without saying where from. */
async function fetched(address: URL): Promise<Bytes | null> {
  await noteSent("copy", address);
  const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
  if (answer.status === NOT_FOUND) return null;
  if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function facts(key: string, { publisher, version, issued }: Origin): Promise<CopyFacts> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", fromBase64(key)));
  const pairs = [...digest].map((byte) => hex(byte, 2));
  const fingerprint = pairs.join("").replace(/.{4}(?=.)/g, "$& ");
  return { publisher: plainName(publisher.name), fingerprint, version, issued };
}
