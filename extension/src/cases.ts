import { noteSent } from "./log.ts";
import { shelf } from "./store.ts";

/** A complaint that this device has sent, so that its shopper can be reminded and shown how it stands. */
export interface Case {
  /** Its reference. */
  readonly id: string;
  /** The listing's key; empty where it names none. */
  readonly listing: string;
  readonly title: string;
  /** The draft that it came of, under which its files wait. */
  readonly draft: string;
  readonly at: string;
  /** The word of a message key `complaint.now.…`. */
  readonly state: string;
  /** When the next thing is due from the shopper; null when nothing is. */
  readonly until: string | null;
  /** What opens the case, for the desk's own address only. */
  readonly token: string;
  readonly link: string;
  /** Whether the desk is asked about it once a day. */
  readonly follows: boolean;
  /** Whether the shopper has seen the last change or reminder. */
  readonly isSeen: boolean;
}

const DAY = 1440;
const ALARM = "cases";
const REMINDER = "case ";
/** States from which nothing changes any more. */
const ENDED = ["closed_unconfirmed", "ineligible", "lapsed", "redirected", "resolved", "unresolved_recorded", "withdrawn"];
const cases = shelf<Case>("caveat-cases", "cases");

export async function keepCase(kept: Case): Promise<void> {
  await cases.put(kept);
  await schedule(kept);
}

/** A confirmed complaint may have joined a case that was there before. */
export async function renewCase(id: string, { reference, state, tracking }: { reference: string; state: string; tracking: Pick<Case, "token" | "link"> }): Promise<void> {
  const kept = await cases.get(id);
  if (!kept) return;
  await removeCase(id);
  await keepCase({ ...kept, ...tracking, id: reference, state, until: null });
}

export const allCases = async (): Promise<Case[]> => (await cases.all()).sort((a, b) => b.at.localeCompare(a.at));
export const hasCaseNews = async (): Promise<boolean> => (await cases.all()).some(({ isSeen }) => !isSeen);
export const caseOf = async (listing: string): Promise<Case | null> => (await allCases()).find((each) => each.listing === listing) ?? null;

export async function removeCase(id: string): Promise<void> {
  await chrome.alarms.clear(REMINDER + id);
  await cases.remove(id);
}

export async function forgetCases(): Promise<void> {
  for (const { id } of await cases.all()) await removeCase(id);
  await chrome.alarms.clear(ALARM);
}

export async function lookedAtCases(): Promise<void> {
  for (const each of await cases.all()) if (!each.isSeen) await cases.put({ ...each, isSeen: true });
}

export async function follow(kept: Case, follows: boolean): Promise<void> {
  await keepCase({ ...kept, follows });
}

/** Asks the desk how a case stands. One request, which names the case and nobody. */
export async function askCase(kept: Case): Promise<Case> {
  const address = new URL(`/v1/complaints/${kept.id}`, FLAGS.apiOrigin);
  await noteSent("status", address, kept.id);
  const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", headers: { "Tracking-Token": kept.token } });
  if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
  const { state, until } = (await answer.json()) as Pick<Case, "state" | "until">;
  const now = { ...kept, state, until, isSeen: kept.isSeen && state === kept.state };
  await keepCase(now);
  return now;
}

/** Reminds a day before each clock, and asks about the cases that are followed. `tell` shows that there is something to read. */
export function keepCasesInMind(tell: () => Promise<void>): void {
  chrome.alarms.onAlarm.addListener(async ({ name }) => {
    if (name === ALARM) for (const each of (await cases.all()).filter(isFollowed)) await askCase(each).catch((error: unknown) => console.warn(error));
    const due = name.startsWith(REMINDER) && (await cases.get(name.slice(REMINDER.length)));
    if (due) await cases.put({ ...due, isSeen: false });
    if (due || name === ALARM) await tell();
  });
}

const isFollowed = ({ follows, state }: Case): boolean => follows && !ENDED.includes(state);

async function schedule({ id, until }: Case): Promise<void> {
  await chrome.alarms.clear(REMINDER + id);
  const when = until ? Date.parse(until) - DAY * 60_000 : 0;
  if (when > Date.now()) await chrome.alarms.create(REMINDER + id, { when });
  const followed = (await cases.all()).some(isFollowed);
  if (!followed) await chrome.alarms.clear(ALARM);
  // At random, so that the hour of a request says nothing.
  else if (!(await chrome.alarms.get(ALARM))) await chrome.alarms.create(ALARM, { delayInMinutes: DAY / 2 + Math.random() * DAY, periodInMinutes: DAY });
}
