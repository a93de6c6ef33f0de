import locales from "caveat:locales";
import platforms from "caveat:platforms";
import readers from "caveat:readers";
import { bestLocale } from "./languages.ts";
import { readSettings } from "./settings.ts";

export const WEB = "web";

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

/** The scripts that read a shop's pages, in the order in which they must run. */
export function scriptsFor(shop: string, language: string): string[] {
  const names = [`badge.${language}`, `shop.${shop}`, ...(readers[shop] ?? []), "content"];
  return names.map((name) => `content/${name}.js`);
}

/** The scripts that are brought into a page whose panel is about to be opened. */
export function panelScripts(language: string): string[] {
  return [`content/words.${language}.js`, "content/panel.js"];
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
      runAt: "document_end",
      persistAcrossSessions: true,
    }));
}

function signature({ id, matches = [], js = [] }: Script): string {
  return JSON.stringify([id, matches.toSorted(), js]);
}
