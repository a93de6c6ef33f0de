import { adopt, type CopyFacts, failure, forgetPublisher, offer, present, update } from "../copy.ts";
import { h } from "../look/h.ts";
import { PUBLISHERS } from "../lookup/buckets.ts";
import { changeSettings, readSettings } from "../settings.ts";
import type { Speaker } from "../text.ts";
import { copyFacts } from "./facts.ts";
import { originOf } from "./origin.ts";
import { button } from "./page.ts";
import { giveBack } from "./shops.ts";

/** Further publishers of copies: each is a host that the user allows, and each is named in the panel. */
export async function publishers(say: Speaker): Promise<HTMLElement> {
  const list = h("div", { class: "stack" });
  const show = async (): Promise<void> => {
    const taken = Object.entries((await readSettings()).publishers).map(([number, origin]) => entry(Number(number), origin, say, show));
    list.replaceChildren(...(await Promise.all(taken)));
  };
  await show();
  return h("div", { class: "stack" }, list, addForm(say, show));
}

async function entry(number: number, origin: string, say: Speaker, show: () => Promise<void>): Promise<HTMLElement> {
  const [facts, host] = [await present(number), new URL(origin).host];
  const news = h("span", { role: "status" });
  const leave = async (): Promise<void> => {
    await forgetPublisher(number);
    await changeSettings(({ publishers: now }) => ({ publishers: without(now, number) }));
    await giveBack([pattern(origin)]);
    await show();
  };
  const renew = (): Promise<void> =>
    update(number).then(
      (changed) => (changed ? show() : void (news.textContent = say("copy.current"))),
      (error: unknown) => void (news.textContent = say(failure(error), { host })),
    );
  const buttons = h("p", { class: "row" }, button(say("options.publisher.update", { host }), renew), button(say("options.publisher.remove", { host }), leave), news);
  return h("article", { class: "stack" }, h("h3", {}, host), facts && copyFacts(facts, say), buttons);
}

function without(publishers: Readonly<Record<number, string>>, number: number): Record<number, string> {
  return Object.fromEntries(Object.entries(publishers).filter(([each]) => Number(each) !== number));
}

function addForm(say: Speaker, show: () => Promise<void>): HTMLElement {
  const input = h("input", { id: "publisher", inputmode: "url", autocomplete: "off", placeholder: "https://desk.example" });
  const news = h("div", { class: "stack", role: "status" });
  const tell = (key: string, host = ""): void => news.replaceChildren(h("p", { class: "wrong" }, say(key, { host })));
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const allowed = originOf(input.value);
    if (!allowed) return tell("options.shop.add.wrong");
    const origin = new URL(input.value.includes("://") ? input.value.trim() : `https://${input.value.trim()}`).origin;
    if (!(await chrome.permissions.request({ origins: [allowed] }))) return tell("options.publisher.refused");
    const number = await freeNumber();
    if (number === null) return tell("options.publisher.full");
    await offer(origin).then(
      (found) => news.replaceChildren(check(found.facts, say, async () => {
        await adopt(found, number);
        await changeSettings(({ publishers: now }) => ({ publishers: { ...now, [number]: origin } }));
        news.replaceChildren();
        input.value = "";
        await show();
      }, () => news.replaceChildren())),
      (error: unknown) => tell(failure(error), new URL(origin).host),
    );
  };
  return h(
    "form",
    { class: "field", onsubmit: (event) => void add(event) },
    h("label", { for: "publisher" }, say("options.publisher.add")),
    h("div", { class: "inline" }, input, h("button", {}, say("options.publisher.get"))),
    news,
  );
}

/** Nothing of a copy is used before its publisher has been shown. */
function check(facts: CopyFacts, say: Speaker, use: () => Promise<void>, discard: () => void): HTMLElement {
  const buttons = h("p", { class: "row" }, button(say("welcome.copy.use"), use, "primary"), button(say("welcome.copy.discard"), discard));
  return h("div", { class: "stack" }, h("p", {}, say("welcome.copy.check")), copyFacts(facts, say), buttons);
}

async function freeNumber(): Promise<number | null> {
  const { publishers: taken } = await readSettings();
  return [...Array(PUBLISHERS).keys()].find((each) => each > 0 && !(each in taken)) ?? null;
}

/** Match patterns know no port. */
function pattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}
