import { keepUpToDate, schedule } from "../copy.ts";
import { keepCasesInMind } from "../cases.ts";
import { keepPurchase, sign } from "../purchases.ts";
import { remember } from "../seen.ts";
import { settle } from "../shops.ts";
import { answer } from "../wire.ts";
import { complain } from "./complain.ts";
import { mark } from "./mark.ts";
import { panel } from "./panel.ts";
import { score } from "./score.ts";
import { closer } from "./closer.ts";

let settling: Promise<void> = Promise.resolve();
/** One after the other: two registrations at once would fail on each other's ids. */
const settleInTurn = (): void => {
  settling = settling.then(settle).catch((error: unknown) => console.error("registering", error));
};

chrome.runtime.onInstalled.addListener(({ reason }) => {
  settleInTurn();
  void schedule();
  if (reason === "install") void openPage("welcome.html");
});
// Browsers forget registrations when the extension is updated and, some of them, when they restart.
chrome.runtime.onStartup.addListener(settleInTurn);
chrome.runtime.onStartup.addListener(() => void sign());
chrome.runtime.onStartup.addListener(() => void schedule());
chrome.permissions.onAdded.addListener(settleInTurn);
chrome.permissions.onRemoved.addListener(settleInTurn);
chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && "settings" in changes) settleInTurn();
});
keepUpToDate();
keepCasesInMind(sign);
answer({
  score,
  panel,
  closer,
  mark,
  remember,
  bought: async ({ bought }) => (await keepPurchase(bought)).at,
  purchases: () => openPage("bought.html"),
  complain: async (asked, sender) => openPage(`complaint.html?draft=${await complain(asked, sender)}`),
  options: ({ part }) => openPage(`options.html#${encodeURIComponent(part)}`),
});

async function openPage(path: string): Promise<null> {
  await chrome.tabs.create({ url: chrome.runtime.getURL(`pages/${path}`) });
  return null;
}
