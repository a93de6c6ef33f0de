import type { Answer, Answers } from "../drafts.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { wrong } from "./check.ts";
import { countries, currencies } from "./codes.ts";
import type { Field } from "./fields.ts";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** How a field is filled in, by its type; a new type has no words yet and is plain text. */
const INPUTS: Partial<Record<Field["type"], Record<string, string>>> = {
  date: { type: "date" },
  day: { type: "date" },
  money: { inputmode: "decimal", autocomplete: "off" },
  email: { type: "email", autocomplete: "email" },
  phone: { type: "tel", autocomplete: "tel" },
  url: { inputmode: "url" },
};

const WIDE: readonly Field["type"][] = ["long_text", "choice", "choices", "consent"];

/** Where an answer stands on the page. */
export interface Place {
  readonly field: Field;
  /** Puts a sentence beside the answer, or takes it away. */
  complain(sentence: string): void;
  focus(): void;
}

export interface Entry extends Place {
  readonly element: HTMLElement;
}

export interface Fact extends Place {
  readonly row: readonly Node[];
}

/** An answer that is shown and cannot be changed. */
export function fact(field: Field, answers: Answers, say: Speaker): Fact {
  const note = h("p", { class: "wrong", role: "status" });
  const value = h("dd", { tabindex: -1 }, h("bdi", {}, String(answers[field.id])), note);
  const complain = (sentence: string): void => {
    note.textContent = sentence;
  };
  return { field, row: [h("dt", {}, label(field, say)), value], complain, focus: () => value.focus() };
}

/** One field of the form, filled from `answers` and writing back into it; `hint` says when it may stay empty. */
export function entry(field: Field, answers: Answers, say: Speaker, changed: () => void, hint: string): Entry {
  const id = `field-${field.id}`;
  const note = h("p", { class: "wrong", id: `${id}-wrong`, role: "status" });
  const complain = (sentence: string): void => {
    note.textContent = sentence;
    for (const each of controls) each.setAttribute("aria-invalid", String(sentence !== ""));
  };
  const write = (event: Event): void => {
    const control = event.target as Control;
    answers[field.id] = field.type === "choices" ? ticked(element) : control.type === "checkbox" ? (control as HTMLInputElement).checked : control.value;
    if (note.textContent) complain("");
    changed();
  };
  const judge = (): void => {
    const key = wrong(field, typeof answers[field.id] === "string" ? String(answers[field.id]) : "", new Date().toISOString().slice(0, 10));
    if (key) complain(say(key, { max: field.max ?? 0 }));
  };
  const element = layout(field, id, say, answers[field.id], hint);
  if (WIDE.includes(field.type)) element.classList.add("wide");
  const controls = [...element.querySelectorAll<Control>("input, select, textarea")];
  const advised = element.querySelector(".hint");
  for (const control of controls) control.setAttribute("aria-describedby", [advised?.id, note.id].filter(Boolean).join(" "));
  element.append(note);
  element.addEventListener("input", write);
  element.addEventListener("change", judge);
  return { field, element, complain, focus: () => (controls.find((each) => (each as HTMLInputElement).checked) ?? controls[0])?.focus() };
}

export function label(field: Field, say: Speaker): string {
  return say(`complaint.field.${field.id}`);
}

/** The answer in words, as the preview and the receipt show it. */
export function inWords(field: Field, answer: Answer, say: Speaker): string {
  if (typeof answer === "object") return answer.map((each) => say(`complaint.option.${field.id}.${each}`)).join(", ");
  if (typeof answer === "boolean") return say(answer ? "complaint.yes" : "complaint.no");
  if (field.type === "choice") return say(`complaint.option.${field.id}.${answer}`);
  if (field.type === "date" || field.type === "day") return new Intl.DateTimeFormat(say.locale, { dateStyle: "long", timeZone: "UTC" }).format(new Date(answer));
  if (field.type === "country") return new Intl.DisplayNames(say.locale, { type: "region" }).of(answer) ?? answer;
  return answer;
}

function layout(field: Field, id: string, say: Speaker, answer: Answer | undefined, hint: string): HTMLElement {
  if (field.type === "consent") {
    const box = h("input", { type: "checkbox", id, checked: answer === true });
    return h("div", { class: "field" }, h("label", { class: "choice" }, box, label(field, say)));
  }
  if (field.type === "choice" || field.type === "choices") return options(field, id, say, answer, hint);
  const name = h("label", { for: id }, label(field, say), inBrackets(hint));
  return h("div", { class: "field" }, name, advice(field, id, say), control(field, id, say, String(answer ?? "")));
}

/** What to know before answering, such as who will see it. */
function advice(field: Field, id: string, say: Speaker): HTMLElement | null {
  const text = say(`complaint.hint.${field.id}`);
  return text ? h("span", { class: "hint", id: `${id}-hint` }, text) : null;
}

function ticked(element: HTMLElement): string[] {
  return [...element.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value);
}

function inBrackets(hint: string): HTMLElement | null {
  return hint ? h("span", { class: "optional" }, ` (${hint})`) : null;
}

function options(field: Field, id: string, say: Speaker, answer: Answer | undefined, hint: string): HTMLElement {
  const chosen = typeof answer === "object" ? answer : [answer];
  const type = field.type === "choices" ? "checkbox" : "radio";
  const lines = (field.options ?? []).map((option) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type, name: id, value: option, checked: chosen.includes(option) }),
      say(`complaint.option.${field.id}.${option}`),
    ),
  );
  return h("fieldset", { class: "field", id }, h("legend", {}, label(field, say), inBrackets(hint)), advice(field, id, say), h("div", { class: "options" }, ...lines));
}

function control(field: Field, id: string, say: Speaker, answer: string): Control {
  if (field.type === "long_text") return h("textarea", { id, maxlength: field.max, rows: field.required ? 5 : 3 }, answer);
  if (field.type === "country") return select(id, countries(say.locale), answer, say);
  if (field.type === "currency") return select(id, currencies(say.locale), answer, say);
  const input = h("input", { id, maxlength: field.max, autocomplete: "off", ...INPUTS[field.type] });
  input.value = answer;
  return input;
}

function select(id: string, choices: readonly (readonly [string, string])[], answer: string, say: Speaker): HTMLSelectElement {
  const options = choices.map(([value, name]) => h("option", { value, selected: value === answer }, name));
  return h("select", { id }, h("option", { value: "" }, say("complaint.choose")), ...options);
}
