import { lookup } from "../lookup/buckets.ts";
import type { Digest } from "../lookup/hash.ts";
import type { Settings } from "../settings.ts";
import { decide } from "./decide.ts";
import { type Face, face } from "./face.ts";
import { isPlatform, recognise, type Shop } from "./recognise.ts";
import type { Sight, View, Where } from "./types.ts";

declare global {
  /** Put in place by content/shop.*.js, which runs before. */
  var caveatShop: Shop;
  /** Put in place by content/plain.js on pages without https. */
  var caveatDigest: Digest | undefined;
}

/** A page at one address. */
export interface Visit {
  /** Opens the panel; false when there is none yet. */
  open(): boolean;
  /** Undoes everything. */
  end(): void;
}

/**
 * Milliseconds between looks at a page that says what it sells but not yet who sells it. A few looks
 * and no observer: pages change all the time, and each change would cost the shopper.
 */
const LOOKS = [0, 300, 700, 1500, 3000];

/** Shows what is known about a page: the same page gives the same badge, however often it is visited. */
export function visit(document: Document, where: Where): Visit {
  const ending = new AbortController();
  let shown: Face | null = null;
  let last: View;
  const show = (view: View, open = false): Face => {
    last = view;
    open &&= !shown;
    shown ??= face(ending.signal);
    shown.show(view);
    if (open) shown.open();
    return shown;
  };
  void look(document, where, ending.signal, (view) => show(view, where.open));
  return {
    open() {
      if (!shown) return false;
      if (shown.open()) return true;
      shown = null;
      return show(last).open();
    },
    end: () => ending.abort(),
  };
}

/** Tells of one view as soon as there is a finding, and of another if the seller shows up only later. */
async function look(document: Document, where: Where, signal: AbortSignal, tell: (view: View) => void): Promise<void> {
  const shop = globalThis.caveatShop;
  for (const wait of LOOKS) {
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    if (signal.aborted) return;
    const sight = recognise(document, where, shop);
    if (!sight && isPlatform(shop)) return;
    if (!sight) continue;
    if (!where.asked && (await isOff(sight))) return;
    const verdict = await lookup(chrome.storage.local, sight, Date.now(), globalThis.caveatDigest);
    const state = decide(sight.merchant, verdict);
    if (signal.aborted) return;
    const settled = sight.merchant !== null || wait === LOOKS.at(-1);
    if (settled || state === "blocked") tell({ sight, verdict, state, asked: where.asked });
    if (settled) return;
  }
}

async function isOff({ site, url }: Sight): Promise<boolean> {
  const { settings } = (await chrome.storage.local.get("settings")) as { settings?: Partial<Settings> };
  return !!settings?.off?.includes(site) || [site, url].some((each) => (settings?.quiet?.[each] ?? 0) > Date.now());
}
