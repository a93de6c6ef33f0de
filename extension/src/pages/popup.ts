import badge from "caveat:style/badge";
import style from "caveat:style/panel";
import platforms from "caveat:platforms";
import { hasCaseNews } from "../cases.ts";
import { decide } from "../content/decide.ts";
import type { Glance } from "../content/glance.ts";
import type {} from "../content/law.ts";
import type {} from "../content/reviews.ts";
import { identify } from "../identity.ts";
import { h } from "../look/h.ts";
import { sheet } from "../look/sheet.ts";
import { lookup } from "../lookup/buckets.ts";
import { panel } from "../panel/panel.ts";
import type { Site } from "../panel/site.ts";
import { hasNews } from "../purchases.ts";
import { addedShops, closerScripts, glanceScripts, shops, WEB } from "../shops.ts";
import type { Speaker } from "../text.ts";
import { words } from "./page.ts";

type Tab = chrome.tabs.Tab & { readonly id: number };

void popup();

/** The panel under the toolbar button: on any shop, out of the page's reach, and of one glance at the page. */
async function popup(): Promise<void> {
  const say = await words();
  const tab = await asked();
  const glance = tab && (await look(tab).catch(() => null));
  const news = [(await hasNews()) && "bought.sign", (await hasCaseNews()) && "cases.sign"].flatMap((key) => (key ? newsLine(say(key)) : []));
  const content = glance ? await about(glance, tab as Tab, say) : [h("section", {}, h("h2", { id: "who" }, say("panel.nowhere")), h("p", {}, say("panel.nowhere.text"))), footer(say)];
  place(say, h("div", { class: "panel popup", role: "region", "aria-labelledby": "who" }, ...news, ...content));
}

/** The tab over which the popup opened; one that is opened as a page is told which. */
async function asked(): Promise<Tab | null> {
  const told = Number(new URLSearchParams(location.search).get("tab"));
  const tab = told ? await chrome.tabs.get(told) : (await chrome.tabs.query({ active: true, currentWindow: true }))[0];
  return tab?.id !== undefined && /^https?:/.test(tab.url ?? "") ? (tab as Tab) : null;
}

/** Reads the page once; the press of the button lets us, where no shop was allowed before. */
async function look(tab: Tab): Promise<Glance | null> {
  const { platform } = identify(tab.url as string, platforms);
  const shop = shops.some(({ id }) => id === platform) ? (platform as string) : WEB;
  return run(tab, glanceScripts(shop), () => globalThis.caveatGlance?.() ?? null);
}

/** Brings scripts into a page and asks them one thing. */
async function run<T>({ id: tabId }: Tab, files: string[], func: () => T): Promise<T | null> {
  // From the root: Firefox would look beside this page.
  await chrome.scripting.executeScript({ target: { tabId }, files: files.map((file) => `/${file}`) });
  const [answer] = await chrome.scripting.executeScript({ target: { tabId }, func });
  return (answer?.result as T | undefined) ?? null;
}

async function about({ fields, ...rest }: Glance, tab: Tab, say: Speaker): Promise<Node[]> {
  const sight = { ...rest, read: () => fields };
  const verdict = await lookup(chrome.storage.local, sight, Date.now());
  const unwatched = sight.platform === WEB && !(await addedShops()).includes(`${new URL(sight.url).protocol}//${sight.site}/*`);
  return panel({ sight, verdict, state: decide(sight.merchant, verdict), say, site: siteOf(tab), unwatched }, () => close());
}

function siteOf(tab: Tab): Site {
  return {
    table: () => platforms,
    law: (country) => run(tab, closerScripts("law", country), () => globalThis.caveatAssess?.() ?? null),
    reviews: () => run(tab, closerScripts("reviews", ""), () => globalThis.caveatReviews?.() ?? null),
    picture: () => picture(tab.windowId).catch(() => null),
  };
}

async function picture(windowId: number): Promise<string | null> {
  return Promise.race([chrome.tabs.captureVisibleTab(windowId, { format: "jpeg", quality: 80 }), after(PICTURE_MS)]);
}

/** A complaint never waits for its picture: a browser that paints nothing may not answer at all. */
const PICTURE_MS = 2000;

function after(milliseconds: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), milliseconds));
}

function newsLine(text: string): HTMLElement {
  return h("section", { class: "notices" }, h("a", { href: "bought.html", target: "_blank" }, text));
}

function footer(say: Speaker): HTMLElement {
  const links = [["welcome.html", "panel.shops"], ["bought.html", "panel.bought.list"], ["options.html", "panel.options"]] as const;
  return h("footer", {}, h("div", { class: "links small" }, ...links.map(([href, key]) => h("a", { href, target: "_blank" }, say(key)))));
}

/** In a shadow root as in a page, so that one style sheet serves both. */
function place(say: Speaker, content: HTMLElement): void {
  const root = (document.querySelector("main") as HTMLElement).attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet(badge), sheet(style)];
  root.append(h("div", { class: "caveat", lang: say.locale }, h("h1", { class: "hidden" }, say("panel.name")), content));
}
