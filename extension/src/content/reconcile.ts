import { lookup } from "../lookup/buckets.ts";
import type { Settings } from "../settings.ts";
import { decide } from "./decide.ts";
import { type Face, face } from "./face.ts";
import { isPlatform, recognise, type Shop } from "./recognise.ts";
import { sellerOrEnd } from "./arrival.ts";
import type { Sight, View, Where } from "./types.ts";

declare global {
  /** Put in place by content/shop.*.js, which runs before. */
  var caveatShop: Shop;
}

/** A page at one address. */
export interface Visit {
  /** Undoes everything. */
  end(): void;
}

/**
 * Milliseconds between looks at a page that is whole and says what it sells but not yet who sells it. A few
 * looks and no observer: pages change all the time, and each change would cost the shopper.
 */
const LOOKS = [0, 100, 200, 700, 1500, 3000];

/**
 * Shows what is known about a page: the same page gives the same badge, however often it is visited.
 *
 * @param renew called when a product is seen and the copies have changed
 */
export function visit(document: Document, where: Where, renew: () => void): Visit {
  const ending = new AbortController();
  let shown: Face | null = null;
  void look(document, where, ending.signal, renew, (view) => {
    shown ??= face(ending.signal);
    shown.show(view);
  });
  return { end: () => ending.abort() };
}

/**
 * Tells of one view as soon as the page names its seller, and of another when the whole page says something
 * else: what it says in two ways that disagree names nobody.
 */
async function look(document: Document, where: Where, signal: AbortSignal, renew: () => void, tell: (view: View) => void): Promise<void> {
  const shop = globalThis.caveatShop;
  let off: Promise<boolean> | undefined;
  let told: string | undefined;
  const see = async (isLast: boolean): Promise<boolean> => {
    const sight = recognise(document, where, shop);
    if (!sight) return isPlatform(shop);
    // Not before: browsers take their time to make what a page may never need.
    if (!off) watchCopies(signal, renew);
    off ??= isOff(sight);
    const isWhole = document.readyState !== "loading";
    if (!isWhole && !sight.merchant) return false;
    const [isSettled, says] = [sight.merchant !== null || isLast, [sight.merchant, ...sight.safety].join()];
    if (says !== told) {
      const [verdict, rests] = await Promise.all([lookup(chrome.storage.local, sight, Date.now()), off]);
      if (rests || signal.aborted) return true;
      const state = decide(sight.merchant, verdict);
      if (isSettled || state === "blocked" || told !== undefined) {
        tell({ sight, verdict, state });
        told = says;
      }
    }
    return isSettled && isWhole;
  };
  if (document.readyState === "loading" && (await see(false))) return;
  while (document.readyState === "loading") {
    await sellerOrEnd(document, shop, told !== undefined);
    if (signal.aborted || (await see(false))) return;
  }
  for (const wait of LOOKS) {
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    if (signal.aborted || (await see(wait === LOOKS.at(-1)))) return;
  }
}

function watchCopies(signal: AbortSignal, renew: () => void): void {
  const listen = (changes: Readonly<Record<string, unknown>>): void => {
    if (Object.keys(changes).some((name) => /^pack\/\d$/.test(name))) renew();
  };
  chrome.storage.onChanged.addListener(listen);
  signal.addEventListener("abort", () => chrome.storage.onChanged.removeListener(listen));
}

async function isOff({ site, url }: Sight): Promise<boolean> {
  const { settings } = (await chrome.storage.local.get("settings")) as { settings?: Partial<Settings> };
  return !!settings?.off?.includes(site) || [site, url].some((each) => (settings?.quiet?.[each] ?? 0) > Date.now());
}
