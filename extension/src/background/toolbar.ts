import platforms from "caveat:platforms";
import { identify } from "../identity.ts";
import { hasNews } from "../purchases.ts";
import { locale, scriptsFor, shops, WEB } from "../shops.ts";
import type { Press } from "../wire.ts";

/** The toolbar button: opens the panel, after reading the page if it is not a watched shop's. */
export async function press(tab: chrome.tabs.Tab): Promise<void> {
  if (await hasNews()) return void (await chrome.tabs.create({ url: chrome.runtime.getURL("pages/bought.html") }));
  if (tab.id === undefined || !/^https?:/.test(tab.url ?? "")) return;
  const tell = (press: Press): Promise<unknown> => chrome.tabs.sendMessage(tab.id as number, press);
  // Fails where no content script listens, which is the ordinary case outside watched shops.
  if (await tell({ injected: false }).catch(() => false)) return;
  const plain = tab.url?.startsWith("http:") ? ["content/plain.js"] : [];
  const files = [...plain, ...scriptsFor(shopOf(tab.url as string), await locale())];
  await chrome.scripting.executeScript({ target: { tabId: tab.id }, files });
  await tell({ injected: true });
}

function shopOf(url: string): string {
  const { platform } = identify(url, platforms);
  return shops.some(({ id }) => id === platform) ? (platform as string) : WEB;
}
