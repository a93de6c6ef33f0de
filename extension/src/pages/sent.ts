import { h } from "../look/h.ts";
import { allSent, forgetSent, type Sent } from "../log.ts";
import type { Speaker } from "../text.ts";
import { button } from "./page.ts";

const SHOWN = 50;

/** What this extension sent, when and to whom; written down on this device only. */
export async function sentLog(say: Speaker): Promise<HTMLElement> {
  const box = h("div", { class: "stack" });
  const show = async (): Promise<void> => {
    const all = await allSent();
    if (all.length === 0) return box.replaceChildren(h("p", { class: "quiet" }, say("log.none")));
    const forget = async (): Promise<void> => {
      await forgetSent();
      await show();
    };
    box.replaceChildren(h("ul", { class: "rows log" }, ...all.slice(0, SHOWN).map((each) => line(each, say))), h("p", {}, button(say("log.forget"), forget)));
  };
  await show();
  return box;
}

function line({ at, host, what, about }: Sent, say: Speaker): HTMLElement {
  const when = new Intl.DateTimeFormat(say.locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
  return h("li", {}, h("time", { datetime: at }, when), h("strong", {}, host), h("span", {}, say(`log.what.${what}`), about ? " " : "", about ? h("code", {}, about) : null));
}
