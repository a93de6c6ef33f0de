import { plainName } from "./clip.ts";
import { noteSent } from "./log.ts";
import { type Origin, type Pointer, pointerName, PUBLISHERS } from "./lookup/buckets.ts";
import { PackError } from "./lookup/error.ts";
import { hex } from "./lookup/hash.ts";
import { install, latestIssue, uninstall } from "./lookup/install.ts";
import { decode } from "./lookup/pack.ts";
import { type Bytes, fromBase64 } from "./lookup/verify.ts";
import { checkPurchases } from "./purchases.ts";
import { readSettings } from "./settings.ts";

const PACK = "/v1/packs/latest";
const ALARM = "copy";
const HOUR = 60;
const FIRST = 0;

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
  const name = pointerName(publisher);
  const pointer = (await chrome.storage.local.get(name))[name] as Pointer | undefined;
  return pointer ? facts(pointer.key, pointer.pack) : null;
}

/** Downloads the copy that an origin publishes and reads it whole. */
export async function offer(origin: string = FLAGS.apiOrigin): Promise<Offer> {
  const file = await download(origin);
  const { header } = await decode(file, { latestIssue: latestIssue() });
  return { file, facts: await facts(header.public_key, header) };
}

/** The first copy; from now on only its key's copies are taken, and looked for once a day. */
export async function adopt({ file }: Offer, publisher = FIRST): Promise<void> {
  await install(chrome.storage.local, file, undefined, publisher);
  await checkPurchases();
  schedule();
}

/** Resolves to whether there was anything new. */
export async function update(publisher = FIRST): Promise<boolean> {
  const { changed } = await install(chrome.storage.local, await download(await originOf(publisher)), undefined, publisher);
  if (changed) await checkPurchases();
  return changed;
}

export const forgetPublisher = (publisher: number): Promise<void> => uninstall(chrome.storage.local, publisher);

/** Gives every publisher up. */
export async function forget(): Promise<void> {
  await chrome.alarms.clear(ALARM);
  for (let each = 0; each < PUBLISHERS; each++) await uninstall(chrome.storage.local, each);
}

/** Between half a day and a day and a half ahead, so that the hour of a request says nothing. */
export function schedule(): void {
  void chrome.alarms.create(ALARM, { delayInMinutes: 12 * HOUR + Math.random() * 24 * HOUR });
}

/** Keeps the copies up to date, only those that the user has taken. */
export function keepUpToDate(): void {
  chrome.alarms.onAlarm.addListener(async ({ name }) => {
    if (name !== ALARM) return;
    const taken = await takenPublishers();
    if (taken.length > 0) schedule();
    // One that does not answer keeps none of the others waiting.
    for (const each of taken) await update(each).catch((error: unknown) => console.warn(failure(error), error));
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

/** Without cookies and without saying where from. */
async function download(origin: string): Promise<Bytes> {
  const address = new URL(PACK, origin);
  await noteSent("copy", address);
  const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function facts(key: string, { publisher, version, issued }: Origin): Promise<CopyFacts> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", fromBase64(key)));
  const pairs = [...digest].map((byte) => hex(byte, 2));
  const fingerprint = pairs.join("").replace(/.{4}(?=.)/g, "$& ");
  return { publisher: plainName(publisher.name), fingerprint, version, issued };
}
