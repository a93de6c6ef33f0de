import { plainName } from "./clip.ts";
import { type Origin, POINTER, type Pointer } from "./lookup/buckets.ts";
import { PackError } from "./lookup/error.ts";
import { hex } from "./lookup/hash.ts";
import { install, latestIssue, uninstall } from "./lookup/install.ts";
import { decode } from "./lookup/pack.ts";
import { type Bytes, fromBase64 } from "./lookup/verify.ts";

const LATEST = new URL("/v1/packs/latest", FLAGS.apiOrigin);
const ALARM = "copy";
const HOUR = 60;

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

export async function present(): Promise<CopyFacts | null> {
  const pointer = (await chrome.storage.local.get(POINTER))[POINTER] as Pointer | undefined;
  return pointer ? facts(pointer.key, pointer.pack) : null;
}

export async function offer(): Promise<Offer> {
  const file = await download();
  const { header } = await decode(file, { latestIssue: latestIssue() });
  return { file, facts: await facts(header.public_key, header) };
}

/** The first copy; from now on only its key's copies are taken, and looked for once a day. */
export async function adopt({ file }: Offer): Promise<void> {
  await install(chrome.storage.local, file);
  schedule();
}

/** Resolves to whether there was anything new. */
export async function update(): Promise<boolean> {
  const { changed } = await install(chrome.storage.local, await download());
  return changed;
}

export async function forget(): Promise<void> {
  await chrome.alarms.clear(ALARM);
  await uninstall(chrome.storage.local);
}

/** Between half a day and a day and a half ahead, so that the hour of a request says nothing. */
export function schedule(): void {
  void chrome.alarms.create(ALARM, { delayInMinutes: 12 * HOUR + Math.random() * 24 * HOUR });
}

/** Keeps the copy up to date, only where the user has taken one. */
export function keepUpToDate(): void {
  chrome.alarms.onAlarm.addListener(async ({ name }) => {
    if (name !== ALARM || !(await present())) return;
    schedule();
    await update().catch((error: unknown) => console.warn(failure(error), error));
  });
}

/** Without cookies and without saying where from. */
async function download(): Promise<Bytes> {
  const answer = await fetch(LATEST, { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
  if (!answer.ok) throw new Error(`${LATEST}: status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function facts(key: string, { publisher, version, issued }: Origin): Promise<CopyFacts> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", fromBase64(key)));
  const pairs = [...digest].map((byte) => hex(byte, 2));
  const fingerprint = pairs.join("").replace(/.{4}(?=.)/g, "$& ");
  return { publisher: plainName(publisher.name), fingerprint, version, issued };
}
