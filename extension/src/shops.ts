import laws from "caveat:laws";
import locales from "caveat:locales";
import platforms from "caveat:platforms";
import readers from "caveat:readers";
import { bestLocale } from "./languages.ts";
import { readSettings } from "./settings.ts";
import type { Look } from "./wire.ts";

export const WEB = "web";
/** The checklist for buyers whose law has none of its own. */
const FOREIGN = "cross_border";

export interface Shop {
  readonly id: string;
  readonly name: string;
  /** Match patterns of its addresses. */
  readonly origins: readonly string[];
}

/** The platforms that Caveat has rules or addresses for, by name. */
export const shops: readonly Shop[] = Object.entries(platforms.platforms)
  .map(([id, { name, domains }]) => ({ id, name, origins: domains.map((domain) => `https://*.${domain}/*`) }))
  .sort((a, b) => a.name.localeCompare(b.name));

export async function grantedOrigins(): Promise<string[]> {
  return (await chrome.permissions.getAll()).origins ?? [];
}

/** Independent shops that the user added one by one and the browser still allows, as match patterns. */
export async function addedShops(): Promise<string[]> {
  const { added } = await readSettings();
  const allowed = await Promise.all(added.map((origin) => chrome.permissions.contains({ origins: [origin] })));
  return added.filter((_, i) => allowed[i]);
}

/** The locale of the panel: the user's choice, else the browser's nearest. */
export async function locale(): Promise<string> {
  const { language } = await readSettings();
  return language ?? bestLocale([chrome.i18n.getUILanguage()], locales);
}

/** What a shop is read with: rules that all share, its own, and the readers that these need. */
const shopScripts = (shop: string): string[] => ["engine", "rules", ...(shop === WEB ? ["suffixes"] : []), `shop.${shop}`, ...(readers[shop] ?? [])];

/** The scripts that read a shop's pages, in the order in which they must run. */
export function scriptsFor(shop: string, language: string): string[] {
  const names = [`badge.${language}`, ...shopScripts(shop), "content"];
  return names.map((name) => `content/${name}.js`);
}

/** The scripts that are brought into a page whose panel is about to be opened. */
export function panelScripts(language: string): string[] {
  return ["words/keys.js", `words/${language}.js`, "content/panel.js"];
}

/** Whether a watched shop is open in some tab. No page tells: the browser is asked when an hour is over. */
export async function isShopOpen(): Promise<boolean> {
  const url = (await wantedScripts()).flatMap(({ matches = [] }) => matches);
  return url.length > 0 && (await chrome.tabs.query({ url })).length > 0;
}

/** The scripts that read a page more closely: by the law of the buyer's country, or for its reviews. */
export function closerScripts(look: Look, country: string): string[] {
  return look === "law" ? [`content/law.${laws[country] ?? FOREIGN}.js`, "content/law.js"] : ["content/reviews.js"];
}

/** The scripts that look at a page once, for the toolbar's popup. */
export function glanceScripts(shop: string): string[] {
  return [...shopScripts(shop), "glance"].map((name) => `content/${name}.js`);
}

type Script = chrome.scripting.RegisteredContentScript;

/** Registers the content script for the shops that the user chose, and for no others. Safe to repeat. */
export async function settle(): Promise<void> {
  const [wanted, present] = [await wantedScripts(), await chrome.scripting.getRegisteredContentScripts()];
  const isIn = (list: readonly Script[], script: Script): boolean => list.some((each) => signature(each) === signature(script));
  // What stays right is left in place: a page that loads in between must find it.
  const wrong = present.filter((script) => !isIn(wanted, script)).map(({ id }) => id);
  const missing = wanted.filter((script) => !isIn(present, script));
  if (wrong.length > 0) await chrome.scripting.unregisterContentScripts({ ids: wrong });
  if (missing.length > 0) await chrome.scripting.registerContentScripts(missing);
}

async function wantedScripts(): Promise<Script[]> {
  const [granted, language] = [await grantedOrigins(), await locale()];
  const watched: [string, string[]][] = [
    ...shops.map(({ id, origins }): [string, string[]] => [id, origins.filter((origin) => granted.includes(origin))]),
    [WEB, await addedShops()],
  ];
  return watched
    .filter(([, matches]) => matches.length > 0)
    .map(([id, matches]) => ({
      id,
      matches,
      js: scriptsFor(id, language),
      // A platform's address tells a product; other shops are told by the whole page.
      runAt: id === WEB ? "document_end" : "document_start",
      persistAcrossSessions: true,
    }));
}

function signature({ id, matches = [], js = [], runAt }: Script): string {
  return JSON.stringify([id, matches.toSorted(), js, runAt]);
}
