import { h } from "../look/h.ts";
import type { Improvement, Score } from "../score.ts";
import type { Speaker } from "../text.ts";

/** Sides of a purchase, each from what was said about it alone; nothing where the answer has none. */
export function aspects({ aspects: all = [] }: Score, say: Speaker): HTMLElement | null {
  if (all.length === 0) return null;
  const rows = all.flatMap(({ aspect, score, grade, reviews, complaints, deliveries }) => {
    const value = score === null ? say("panel.aspects.none") : say("panel.aspects.value", { grade: grade ?? "", score: Math.round(score) });
    const basis = h("span", { class: "small" }, say("panel.aspects.basis", { count: reviews + complaints + deliveries }));
    return [h("dt", {}, say.code("aspect", aspect)), h("dd", {}, value, " ", basis)];
  });
  return h("section", { class: "aspects" }, h("h3", {}, say("panel.aspects")), h("dl", {}, ...rows));
}

/** What the seller could honestly do, and what it would gain. */
export function improvements({ improvements: all = [] }: Score, say: Speaker): HTMLElement | null {
  if (all.length === 0) return null;
  return h("details", { class: "improvements" }, h("summary", {}, say("panel.change")), h("ul", {}, ...all.map((each) => line(each, say))));
}

function line({ code, points, numbers }: Improvement, say: Speaker): HTMLElement {
  return h("li", {}, say.code("improvement", code, numbers), " ", h("span", { class: "small" }, say("panel.change.points", { points: Math.round(points) })));
}
