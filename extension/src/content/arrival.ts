import type { Way } from "../rules/engine.ts";
import type {} from "./engine.ts";
import type { Shop } from "./recognise.ts";

/** Of the time while a page loads, we take a part of this many at most. */
const SHARE = 20;

/**
 * Resolves when something new has come to where a shop names its sellers, and when the page is whole;
 * `isKnown` waits for that alone. The only observer of a page's changes, gone with either.
 */
export function sellerOrEnd(document: Document, { rules }: Shop, isKnown: boolean): Promise<void> {
  const places = (rules.fields["seller.id"]?.ways ?? []).flatMap(placeOf).join();
  const count = (): number => {
    const [found, end] = [places ? [...document.querySelectorAll(places)] : [], globalThis.caveatEngine.endOf(document)];
    return found.filter((node) => !node.contains(end)).length;
  };
  return new Promise((resolve) => {
    const before = isKnown ? 0 : count();
    let rest = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const check = (): void => {
      const start = performance.now();
      timer = undefined;
      if (count() !== before) return finish();
      rest = start + SHARE * (performance.now() - start);
    };
    const watcher = new MutationObserver(() => {
      const left = rest - performance.now();
      if (left <= 0) check();
      else timer ??= setTimeout(check, left);
    });
    const finish = (): void => {
      watcher.disconnect();
      clearTimeout(timer);
      document.removeEventListener("readystatechange", finish);
      resolve();
    };
    document.addEventListener("readystatechange", finish);
    if (!isKnown) watcher.observe(document, { childList: true, subtree: true });
  });
}

/** The elements that a way may read; nothing for one that reads none. */
function placeOf(way: Way): string[] {
  if (way.css) return [way.css.replace(/\{[\w.]+\}/g, "")];
  return way.script || way.state ? ["script:not([src])"] : way.jsonld ? ['script[type*="ld+json"]'] : [];
}
