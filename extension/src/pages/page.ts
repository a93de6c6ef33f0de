import languages from "caveat:languages";
import { h } from "../look/h.ts";
import { locale } from "../shops.ts";
import { type Language, type Speaker, speaker } from "../text.ts";

export const host = new URL(FLAGS.apiOrigin).host;

/** Starts a page: its language, title and heading. Returns its words and the place for its content. */
export async function page(title: string): Promise<{ say: Speaker; main: HTMLElement }> {
  const wanted = await locale();
  const say = speaker(languages.find((each) => each.locale === wanted) as Language);
  document.documentElement.lang = say.locale;
  document.title = say(title);
  const main = document.querySelector("main") as HTMLElement;
  main.replaceChildren(h("h1", {}, say(title)));
  return { say, main };
}

/** A titled part of a page. */
export function part(id: string, title: string, ...children: (Node | string | null | false)[]): HTMLElement {
  return h("section", { class: "part stack", id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), ...children);
}

/** A term and what it stands for, for a `<dl>`. */
export function row(term: string, value: Node | string): [HTMLElement, HTMLElement] {
  return [h("dt", {}, term), h("dd", {}, value)];
}

export function button(text: string, act: () => unknown, look = ""): HTMLButtonElement {
  return h("button", { type: "button", class: look, onclick: () => void act() }, text);
}
