import { type CopyFacts, present } from "../copy.ts";
import { h } from "../look/h.ts";
import { mark, type State, states } from "../look/mark.ts";
import type { Speaker } from "../text.ts";
import { copyFacts } from "./facts.ts";
import { getCopy } from "./getcopy.ts";
import { page, part } from "./page.ts";
import { chooseShops } from "./shops.ts";

const EXAMPLE_GRADE = "B";

void welcome();

async function welcome(): Promise<void> {
  const { say, main } = await page("welcome.title");
  main.append(
    h("p", { class: "lead" }, say("welcome.lead")),
    part("copy", say("welcome.copy.title"), h("p", {}, say("welcome.copy.text")), await copyStep(say)),
    part("shops", say("welcome.shops.title"), h("p", {}, say("welcome.shops.text")), await chooseShops(say)),
    part("done", say("welcome.done.title"), h("p", {}, say("welcome.done.text")), h("h3", {}, say("welcome.marks")), legend(say)),
  );
}

async function copyStep(say: Speaker): Promise<HTMLElement> {
  const box = h("div", { class: "stack" });
  const inUse = (facts: CopyFacts): void =>
    box.replaceChildren(h("p", { class: "note good" }, say("welcome.copy.used")), copyFacts(facts, say));
  const copy = await present();
  if (copy) inUse(copy);
  else box.append(getCopy(say, inUse));
  return box;
}

function legend(say: Speaker): HTMLElement {
  return h("ul", { class: "legend" }, ...states.map((state) => entry(state, say)));
}

function entry(state: State, say: Speaker): HTMLElement {
  return h("li", {}, mark(state, EXAMPLE_GRADE, 36), say(`panel.state.${state}`, { grade: EXAMPLE_GRADE }));
}
