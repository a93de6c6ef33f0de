import type { Answers } from "../drafts.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { missing } from "./check.ts";
import type { FieldFile, Form } from "./fields.ts";
import type { Entry } from "./form.ts";
import { meter } from "./meter.ts";
import { button } from "./page.ts";

export interface Gauge {
  readonly elements: readonly HTMLElement[];
  update(): void;
}

/** Shows, from the first update on, how complete a complaint is, what stands in its way and what would help. */
export function gauge(file: FieldFile, asks: Form, answers: Answers, say: Speaker, find: (id: string) => Entry | undefined): Gauge {
  const headline = h("h2", { "aria-live": "polite" });
  const bar = h("progress", { max: 100 });
  const figure = h("p", { class: "small quiet" });
  const lack = h("ul", { class: "missing" });
  const helpful = h("ul", { class: "missing small" });
  const more = h("details", {}, h("summary", {}, say("complaint.meter.helps")), helpful);
  const line = (group: readonly string[]): HTMLElement => h("li", {}, button(named(group, say), () => find(group[0] as string)?.focus(), "link"));
  const update = (): void => {
    const groups = missing(asks, answers);
    const { items, percent } = meter(file, answers);
    const helps = items.filter(({ level, met, what }) => level === "helpful" && !met && find(what[0] as string)).map(({ what }) => what);
    headline.textContent = say("complaint.missing", { count: groups.length });
    figure.textContent = say("complaint.meter", { percent });
    bar.value = percent;
    bar.setAttribute("aria-label", figure.textContent);
    lack.replaceChildren(...groups.map(line));
    helpful.replaceChildren(...helps.map(line));
    more.hidden = helps.length === 0;
  };
  return { elements: [headline, bar, figure, lack, more], update };
}

function named(group: readonly string[], say: Speaker): string {
  const [first = "", second = ""] = group.map((id) => say(`complaint.field.${id}`));
  return second ? say("complaint.missing.one_of", { first, second }) : first;
}
