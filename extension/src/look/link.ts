import { h } from "./h.ts";

/** Where a link leads must not learn which page it was opened from. */
export function link(href: string, text: string): HTMLAnchorElement {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", referrerpolicy: "no-referrer" }, text);
}
