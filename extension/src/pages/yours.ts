import { h } from "../look/h.ts";
import { changeSettings, readSettings } from "../settings.ts";
import type { Speaker } from "../text.ts";
import { CHOICES, families } from "../weights.ts";
import { countries } from "./codes.ts";

/** The country whose law a page is checked against; said to nobody. */
export async function countryChoice(say: Speaker): Promise<HTMLElement> {
  const { country } = await readSettings();
  const names = countries(say.locale).map(([code, name]) => h("option", { value: code, selected: code === country }, name));
  const choose = (): Promise<void> => changeSettings(() => ({ country: select.value }));
  const select = h("select", { "aria-labelledby": "country-title", onchange: () => void choose() }, h("option", { value: "" }, say("options.country.none")), ...names);
  return h("div", { class: "field" }, select);
}

/** How much each kind of evidence counts in the buyer's own view, which stands beside the score. */
export async function weightChoices(say: Speaker): Promise<HTMLElement> {
  const { weights } = await readSettings();
  const times = new Intl.NumberFormat(say.locale);
  return h(
    "div",
    { class: "fields" },
    ...families.map((family) => {
      const options = CHOICES.map((value) => h("option", { value, selected: value === (weights[family] ?? 1) }, value ? say("options.weights.times", { times: times.format(value) }) : say("options.weights.not")));
      const choose = (): Promise<void> => changeSettings(({ weights: now }) => ({ weights: { ...now, [family]: Number(select.value) } }));
      const select = h("select", { id: `weight-${family}`, onchange: () => void choose() }, ...options);
      return h("div", { class: "field" }, h("label", { for: select.id }, say(`weights.${family}`)), select);
    }),
  );
}
