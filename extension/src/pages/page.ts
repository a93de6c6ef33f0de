import { h } from "../look/h.ts";
import { locale } from "../shops.ts";
import { type Language, type Speaker, speaker } from "../text.ts";

declare global {
  /** Put in place by words/<locale>.js. */
  var caveatWords: Language;
}

export const host = new URL(FLAGS.apiOrigin).host;

/** Starts a page: its language, title and heading. Returns its words and the place for its content. */
export async function page(title: string): Promise<{ say: Speaker; main: HTMLElement }> {
  const say = await words();
  document.title = say(title);
  const main = document.querySelector("main") as HTMLElement;
  main.replaceChildren(h("h1", {}, say(title)));
  return { say, main };
}

/** The words of the user's language, the only one that a page carries. */
export async function words(): Promise<Speaker> {
  await load("../words/keys.js");
  await load(`../words/${await locale()}.js`);
  document.documentElement.lang = globalThis.caveatWords.locale;
  return speaker(globalThis.caveatWords);
}

function load(script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    document.head.append(h("script", { src: script, onload: () => resolve(), onerror: () => reject(new Error(`${script} is missing`)) }));
  });
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
