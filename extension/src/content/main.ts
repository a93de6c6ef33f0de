import { type Visit, visit } from "./reconcile.ts";

declare global {
  /** Set while one of our scripts runs in this page; a browser may bring it a second time. */
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
  const renew = (): void => {
    now?.end();
    // An extension that was updated or removed leaves its old scripts behind, cut off from everything.
    if (now && !chrome.runtime?.id) return;
    address = location.href;
    now = visit(document, { url: address, asked: false }, renew);
  };
  const moved = (): void => {
    if (location.href.split("#")[0] !== address.split("#")[0]) renew();
  };
  const { navigation } = globalThis as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener("navigatesuccess", moved);
  else addEventListener("popstate", moved);
  addEventListener("pageshow", ({ persisted }) => persisted && renew());
  renew();
}
