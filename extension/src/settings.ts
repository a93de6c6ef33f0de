import type { Weights } from "./weights.ts";

/** What the user chose, in the extension's local storage: read by pages and content scripts alike. */
export interface Settings {
  /** A locale of the message files, or null for the browser's language. */
  readonly language: string | null;
  /** Hosts on which the mark is switched off. */
  readonly off: readonly string[];
  /** Hosts and listings whose mark rests, and until when, in milliseconds. */
  readonly quiet: Readonly<Record<string, number>>;
  /** Origins of further publishers of copies, by their number, which is 1 or more. */
  readonly publishers: Readonly<Record<number, string>>;
  /** Independent shops that are watched, as match patterns of one origin each. */
  readonly added: readonly string[];
  /** The country whose law protects the buyer, as ISO 3166; empty where it was not chosen. */
  readonly country: string;
  /** What the buyer's own view of a score counts for how much. */
  readonly weights: Weights;
}

const KEY = "settings";
export const defaults: Settings = { language: null, off: [], quiet: {}, publishers: {}, added: [], country: "", weights: {} };

export async function readSettings(): Promise<Settings> {
  const stored = await chrome.storage.local.get(KEY);
  return { ...defaults, ...(stored[KEY] as Partial<Settings> | undefined) };
}

export async function changeSettings(change: (now: Settings) => Partial<Settings>): Promise<void> {
  const now = await readSettings();
  await chrome.storage.local.set({ [KEY]: { ...now, ...change(now) } });
}

export function switchOff(site: string): Promise<void> {
  return changeSettings(({ off }) => ({ off: [...new Set([...off, site])].sort() }));
}

export function switchOn(site: string): Promise<void> {
  return changeSettings(({ off }) => ({ off: off.filter((each) => each !== site) }));
}

/** Lets the mark rest on a host or on one listing until a moment, in milliseconds. */
export function quieten(place: string, until: number): Promise<void> {
  return changeSettings(({ quiet }) => ({ quiet: { ...resting(quiet), [place]: until } }));
}

export function wake(place: string): Promise<void> {
  return changeSettings(({ quiet }) => ({ quiet: Object.fromEntries(Object.entries(quiet).filter(([each]) => each !== place)) }));
}

/** Those whose time has not come. */
export function resting(quiet: Settings["quiet"]): Record<string, number> {
  return Object.fromEntries(Object.entries(quiet).filter(([, until]) => until > Date.now()));
}
