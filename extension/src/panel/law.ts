import { plainName } from "../clip.ts";
import { h } from "../look/h.ts";
import { link } from "../look/link.ts";
import { ON_REQUEST } from "../law/requested.ts";
import type { Assessment, Item, ItemState } from "../law/assess.ts";
import { readSettings } from "../settings.ts";
import type { Speaker } from "../text.ts";
import { ask } from "../wire.ts";
import { closer } from "./closer.ts";
import type { Site } from "./site.ts";

/** What matters to a buyer first. */
const STATES: readonly ItemState[] = ["invalid", "absent_required", "valid", "not_assessable"];
const LINKS = 4;

/** What the buyer's own law asks this page to say: read on this device, when the fold is opened. */
export function law(site: Site, say: Speaker): HTMLElement {
  return closer(say("panel.law"), say, async () => {
    const { country } = await readSettings();
    if (!country) return [h("p", {}, say("panel.law.country")), toOptions(say("panel.law.choose"))];
    const found = await site.law(country);
    if (!found) throw new Error("the page cannot be read");
    const name = new Intl.DisplayNames(say.locale, { type: "region" }).of(country) ?? country;
    const main = mainAct(found.items);
    return [
      h("p", { class: "small" }, say("panel.law.by", { country: name }), main && h("br"), main),
      ...STATES.flatMap((state) => group(state, found.items, main, say)),
      ...elsewhere(found, say),
    ];
  });
}

function toOptions(text: string): HTMLElement {
  return h("button", { type: "button", class: "quiet", onclick: () => void ask("options", { part: "country" }) }, text);
}

function group(state: ItemState, items: readonly Item[], main: string, say: Speaker): HTMLElement[] {
  const own = items.filter((item) => item.state === state);
  if (own.length === 0) return [];
  const list = h("ul", {}, ...own.map((item) => line(item, main, say)));
  const title = say(`panel.law.${state}`, { count: own.length });
  // What was found, and what cannot be told, is long and rarely needed.
  const isUrgent = state === "invalid" || state === "absent_required";
  return [isUrgent ? h("section", { class: "law" }, h("h3", { class: "caution" }, title), list) : h("details", {}, h("summary", {}, title), list)];
}

function line({ id, state, value, act, article, url, level }: Item, main: string, say: Speaker): HTMLElement {
  const source = level === "law" ? link(url, act === main ? article : `${act}, ${article}`) : say("panel.law.practice");
  const said = state === "valid" && typeof value !== "boolean" && value !== null;
  return h("li", {}, say.code("law", id), said && ": ", said && shown(value, say), h("span", { class: "small" }, " ", source));
}

function shown(value: string | number, say: Speaker): HTMLElement {
  if (typeof value === "number") return h("bdi", {}, say("panel.law.days", { days: value }));
  if (/^https?:/.test(value)) return link(value, plainName(new URL(value).pathname));
  return h("bdi", {}, value === ON_REQUEST ? say("panel.law.on_request") : plainName(value));
}

/** The act that most items come from is named once, above all of them. */
function mainAct(items: readonly Item[]): string {
  const acts = items.filter(({ level }) => level === "law").map(({ act }) => act);
  const count = (act: string): number => acts.filter((each) => each === act).length;
  return acts.toSorted((a, b) => count(b) - count(a))[0] ?? "";
}

/** Legal pages that this one links to; opening one and asking again reads it too. */
function elsewhere({ links, items }: Assessment, say: Speaker): HTMLElement[] {
  const more = items.some(({ state }) => state === "not_assessable") ? links.slice(0, LINKS) : [];
  if (more.length === 0) return [];
  return [h("p", { class: "small" }, say("panel.law.elsewhere"), ...more.flatMap(({ url, text }) => [" ", link(url, plainName(text) || url)]))];
}
