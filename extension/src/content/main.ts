import type { Press } from "../wire.ts";
import { type Visit, visit } from "./reconcile.ts";

declare global {
  /** Set while one of our scripts runs in this page; the toolbar button can inject it again. */
  var caveatRuns: true | undefined;
}

if (!globalThis.caveatRuns) {
  globalThis.caveatRuns = true;
  start();
}

/** One visit at a time, begun anew whenever the page becomes another page without loading. */
function start(): void {
  let now: Visit | null = null;
  let address = "";
  let asked = false;
  const renew = (open = false): void => {
    now?.end();
    // An extension that was updated or removed leaves its old scripts behind, cut off from everything.
    if (!chrome.runtime?.id) return;
    address = location.href;
    now = visit(document, { url: address, asked, open });
  };
  const moved = (): void => {
    if (location.href.split("#")[0] !== address.split("#")[0]) renew();
  };
  const { navigation } = globalThis as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener("navigatesuccess", moved);
  else addEventListener("popstate", moved);
  addEventListener("pageshow", ({ persisted }) => persisted && renew());
  chrome.storage.onChanged.addListener((changes) => {
    if (Object.keys(changes).some((name) => /^pack\/\d$/.test(name))) renew();
  });
  chrome.runtime.onMessage.addListener((message: Press, _sender, respond) => {
    // What was shown before the question knew nothing of it.
    const isShown = (asked || !message.injected) && now?.open();
    asked ||= message.injected;
    if (!isShown) renew(true);
    respond(true);
  });
  renew();
}
