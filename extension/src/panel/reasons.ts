import { aspects, improvements } from "./aspects.ts";
import { chart } from "./chart.ts";
import { h, s } from "../look/h.ts";
import { link } from "../look/link.ts";
import { type Reason, type Score, strongest, width } from "../score.ts";
import type { Speaker } from "../text.ts";
import { families, weighed, type Weights } from "../weights.ts";
import type { ScoreAnswer } from "../wire.ts";

const SHOWN = 3;
const host = new URL(FLAGS.apiOrigin).host;
const FOR = "M2 8.5 6 12.5 14 3.5";
const AGAINST = "M8 2v7.5M8 13.4v.1";

/** What the API says about a seller: the score with its range and basis, and the strongest reasons. */
export function details(answer: ScoreAnswer | null, say: Speaker, weights: Weights): HTMLElement {
  const box = h("div", { class: "details", role: "status" });
  if (!answer?.ok) {
    const why = answer?.why ?? "failed";
    box.append(h("p", {}, say(`panel.reasons.${why}`, { host })));
    return box;
  }
  const { score } = answer;
  const more = [chart(score, say), aspects(score, say), improvements(score, say)];
  box.append(...number(score, say), ...own(score, weights, say), ...reasons(score, say), ...more.filter((each) => each !== null));
  return box;
}

function number({ score, interval, basis }: Score, say: Speaker): Node[] {
  const { reviews = 0, complaints = 0, disclosures = 0 } = basis;
  const from = h("p", { class: "small" }, say("panel.basis", { reviews, complaints, disclosures }));
  if (score === null || !interval) return [h("p", {}, say("panel.score.none")), from];
  const [low, high] = [Math.round(interval[0]), Math.round(interval[1])];
  const range = h("span", { class: "range", "aria-hidden": "true" }, h("i"), h("b"));
  place(range, low, high, score);
  const words = h("p", {}, say(`panel.interval.${width(low, high)}`, { low, high }));
  return [
    h(
      "p",
      {},
      h("span", { class: "score" }, say("panel.score.value", { score: Math.round(score) })),
      ` ${say("panel.score.range", { low, high })}`,
    ),
    range,
    words,
    from,
  ];
}

/** The buyer's own view stands beside the score and never in its place. */
function own(score: Score, weights: Weights, say: Speaker): Node[] {
  const value = weighed(score, weights);
  if (value === null) return [];
  const counted = families.filter((family) => (weights[family] ?? 1) !== 1).map((family) => say("panel.weights.family", { family: say(`weights.${family}`), times: weights[family] ?? 1 }));
  const text = say("panel.weights.value", { score: Math.round(value), official: Math.round(score.score ?? 0) });
  return [h("p", { class: "own" }, text, h("span", { class: "small" }, ` ${new Intl.ListFormat(say.locale, { type: "unit" }).format(counted)}`))];
}

/** Set through the object model: a page's policy may forbid style attributes. */
function place(range: HTMLElement, low: number, high: number, score: number): void {
  const [band, point] = range.children as unknown as [HTMLElement, HTMLElement];
  band.style.insetInlineStart = `${low}%`;
  band.style.inlineSize = `${high - low}%`;
  point.style.insetInlineStart = `${score}%`;
}

function reasons({ reasons: all, as_of }: Score, say: Speaker): Node[] {
  const top = strongest(all, SHOWN);
  if (top.length === 0) return [h("p", {}, say("panel.reasons.none"))];
  return [h("ul", { class: "reasons" }, ...top.map((reason) => line(reason, as_of, say)))];
}

function line(reason: Reason, asOf: string, say: Speaker): HTMLElement {
  const good = reason.points > 0;
  const sign = s(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, role: "img", "aria-label": say(good ? "panel.reasons.for" : "panel.reasons.against") },
    s("path", { d: good ? FOR : AGAINST }),
  );
  return h(
    "li",
    {},
    h("span", { class: good ? "good" : "caution" }, sign),
    h("span", {}, say.code("reason", reason.code, reason.numbers), " ", evidence(reason, asOf, say)),
  );
}

function evidence(reason: Reason, asOf: string, say: Speaker): HTMLElement | null {
  const [first] = reason.evidence;
  if (!first) return null;
  const date = Date.parse(reason.latest ?? asOf);
  const anchor = link(new URL(`/evidence/${first}`, FLAGS.apiOrigin).href, say("panel.reasons.evidence", { date }));
  anchor.className = "small";
  return anchor;
}
