import { locale, panelScripts } from "../shops.ts";

export async function panel(_: unknown, { tab, frameId = 0 }: chrome.runtime.MessageSender): Promise<null> {
  if (tab?.id === undefined) return null;
  const target = { tabId: tab.id, frameIds: [frameId] };
  await chrome.scripting.executeScript({ target, files: panelScripts(await locale()) });
  return null;
}
