import { h } from "../look/h.ts";
import type { ReviewCard } from "../reviews/card.ts";
import type { Speaker } from "../text.ts";
import { closer } from "./closer.ts";
import type { Site } from "./site.ts";

/** What can be counted in the reviews that the page shows: facts, and what they do not prove. */
export function reviews(site: Site, say: Speaker): HTMLElement {
  return closer(say("panel.reviews"), say, async () => {
    const found = await site.reviews();
    if (!found?.shown) return [h("p", {}, say("panel.reviews.none"))];
    const lines = facts(found, say);
    return [h("ul", { class: "facts" }, ...lines.map((text) => h("li", {}, text))), h("p", { class: "small" }, say("panel.reviews.note"))];
  });
}

function facts({ shown, verified, before, given, alike, burst }: ReviewCard, say: Speaker): string[] {
  return [
    say("panel.reviews.shown", { shown }),
    verified === null ? say("panel.reviews.unmarked") : say("panel.reviews.verified", { verified, shown }),
    ...(before ? [say("panel.reviews.before", { before })] : []),
    ...(given ? [say("panel.reviews.given", { given })] : []),
    ...(alike ? [say("panel.reviews.alike", { alike })] : []),
    ...(burst ? [say("panel.reviews.burst", { count: burst.count, dated: burst.dated, from: burst.from })] : []),
  ];
}
