import languages from "caveat:worker";
import { hasCaseNews } from "./cases.ts";
import { lookup, type Match } from "./lookup/buckets.ts";
import { locale } from "./shops.ts";
import { requirePage, shelf } from "./store.ts";
import { type Language, speaker } from "./text.ts";

/** What a buyer keeps of a purchase, on this device only. */
export interface Purchase {
  /** The listing's key. */
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly merchant: string | null;
  readonly merchantName: string | null;
  readonly platform: string;
  /** When it was kept. */
  readonly at: string;
  /** Keys under which notices may stand, the listing's own among them. */
  readonly safety: readonly string[];
  /** Notices that were found in the copies. */
  readonly matches: readonly Match[];
  /** Whether the buyer has looked at all of them. */
  readonly isSeen: boolean;
}

/** By the key of what it says; a notice goes before a case. */
const SIGNS = { "bought.sign": "■", "cases.sign": "…" } as const;
const purchases = shelf<Purchase>("caveat-purchases", "purchases");

export type Bought = Omit<Purchase, "at" | "matches" | "isSeen">;

/** Keeps a purchase; the same listing again is the same purchase. */
export async function keepPurchase(bought: Bought): Promise<Purchase> {
  requirePage(bought.url);
  const matches = await noticesOf(bought.safety);
  const kept = { ...bought, at: new Date().toISOString(), matches, isSeen: true };
  await purchases.put(kept);
  return kept;
}

export const readPurchase = (id: string): Promise<Purchase | null> => purchases.get(id);
export const allPurchases = async (): Promise<Purchase[]> => (await purchases.all()).sort((a, b) => b.at.localeCompare(a.at));
export const removePurchase = (id: string): Promise<void> => purchases.remove(id);

export async function forgetPurchases(): Promise<void> {
  await purchases.clear();
  await sign();
}

/** Looks for notices about what was bought, each time a copy is taken. Asks only the copies on this device. */
export async function checkPurchases(): Promise<void> {
  for (const purchase of await purchases.all()) {
    const matches = await noticesOf(purchase.safety);
    const known = new Set(purchase.matches.map(({ notice }) => notice.id));
    const isNew = matches.some(({ notice }) => !known.has(notice.id));
    await purchases.put({ ...purchase, matches, isSeen: purchase.isSeen && !isNew });
  }
  await sign();
}

/** The buyer has the list in front of them. */
export async function lookedAt(): Promise<void> {
  for (const purchase of await purchases.all()) if (!purchase.isSeen) await purchases.put({ ...purchase, isSeen: true });
  await sign();
}

export async function hasNews(): Promise<boolean> {
  return (await purchases.all()).some(({ isSeen }) => !isSeen);
}

/** Shows on the toolbar button of every tab that there is something to read, and takes it off again. */
export async function sign(): Promise<void> {
  const news = (await hasNews()) ? "bought.sign" : (await hasCaseNews()) ? "cases.sign" : null;
  await chrome.action.setBadgeText({ text: news ? SIGNS[news] : "" });
  await chrome.action.setTitle({ title: news ? await title(news) : "Caveat" });
}

async function title(key: keyof typeof SIGNS): Promise<string> {
  const wanted = await locale();
  return `Caveat: ${speaker(languages.find((each) => each.locale === wanted) as Language)(key)}`;
}

async function noticesOf(safety: readonly string[]): Promise<readonly Match[]> {
  return (await lookup(chrome.storage.local, { merchant: null, safety }, Date.now())).safety;
}
