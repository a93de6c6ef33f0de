import { h, s } from "../look/h.ts";
import type { Score } from "../score.ts";
import type { Speaker } from "../text.ts";

const [WIDTH, HEIGHT] = [320, 56];
const FULL = 100;
/** Free room inside the box, so that a dot at the rim is whole. */
const RIM = 4;

type Point = readonly [x: number, y: number];

/** How the score went, as a line over time from 0 to 100 and as a table; nothing for fewer than two points. */
export function chart({ history = [] }: Score, say: Speaker): HTMLElement | null {
  const known = history.filter((point): point is { as_of: string; score: number } => point.score !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || first === last) return null;
  const points = placed(known.map(({ as_of, score }) => [Date.parse(as_of), score]));
  const [x, y] = points.at(-1) as Point;
  const label = say("panel.history.label", { from: Math.round(first.score), to: Math.round(last.score), since: first.as_of });
  const line = s("polyline", { points: points.map((each) => each.join(",")).join(" "), class: "stroke" });
  const base = s("path", { d: `M0 ${HEIGHT - RIM}H${WIDTH}M0 ${RIM}H${WIDTH}`, class: "base" });
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" }, base, line, s("circle", { cx: x, cy: y, r: 3.5 }));
  return h("section", { class: "history" }, h("h3", {}, say("panel.history")), drawing, h("p", { class: "small" }, label), table(known, say));
}

/** Where each moment and score stands in the box, rounded to a tenth. */
export function placed(values: readonly Point[]): Point[] {
  const times = values.map(([time]) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const round = (value: number): number => Math.round(value * 10) / 10;
  return values.map(([time, score]) => [
    round(RIM + ((time - from) / (to - from || 1)) * (WIDTH - 2 * RIM)),
    round(HEIGHT - RIM - (score / FULL) * (HEIGHT - 2 * RIM)),
  ]);
}

function table(points: readonly { as_of: string; score: number }[], say: Speaker): HTMLElement {
  const rows = points.map(({ as_of, score }) => h("tr", {}, h("th", { scope: "row" }, say("panel.history.day", { day: as_of })), h("td", {}, say("panel.score.value", { score: Math.round(score) }))));
  const head = h("tr", {}, h("th", { scope: "col" }, say("panel.history.date")), h("th", { scope: "col" }, say("panel.score")));
  return h("details", {}, h("summary", {}, say("panel.history.table")), h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
}
