import { closerScripts } from "../shops.ts";
import type { Asks } from "../wire.ts";

export async function closer({ look, country }: Asks["closer"]["ask"], { tab, frameId = 0 }: chrome.runtime.MessageSender): Promise<null> {
  if (tab?.id === undefined) return null;
  await chrome.scripting.executeScript({ target: { tabId: tab.id, frameIds: [frameId] }, files: closerScripts(look, country) });
  return null;
}
