import type { State } from "../look/mark.ts";
import type { Asks } from "../wire.ts";

const NAME = "Caveat";
/** What fits a toolbar button, by shape and not by colour. */
const SIGNS: Partial<Record<State, string>> = { blocked: "■", warning: "!" };

/** Puts the state on the toolbar button of a tab, where no page reaches. Browsers take it off with the page. */
export async function mark({ state, title }: Asks["mark"]["ask"], { tab }: chrome.runtime.MessageSender): Promise<null> {
  const tabId = tab?.id;
  if (tabId === undefined) return null;
  await chrome.action.setBadgeText({ tabId, text: sign(state) as string });
  await chrome.action.setTitle({ tabId, title: title ?? NAME });
  return null;
}

/** Null gives the place back to the sign of all tabs. */
function sign(state: State | null): string | null {
  return (state && SIGNS[state]) ?? null;
}
