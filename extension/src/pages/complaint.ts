import fieldFile from "caveat:fields";
import { type Answers, type Draft, KEPT, readDraft, removeDraft, saveDraft } from "../drafts.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { body, hint, missing } from "./check.ts";
import type { Field } from "./fields.ts";
import { fit } from "./fit.ts";
import { type Entry, entry, type Fact, fact, label, type Place } from "./form.ts";
import { button, host, page, part } from "./page.ts";
import { confirm } from "./preview.ts";
import { receipt } from "./receipt.ts";
import { send } from "./send.ts";

/** What the extension knows by itself and nobody needs to be asked. */
const ITSELF = ["language"];
const ABOUT_YOU: readonly Field["type"][] = ["email", "phone", "country", "consent"];

void complaint();

async function complaint(): Promise<void> {
  const { say, main } = await page("complaint.title");
  const draft = await readDraft(new URLSearchParams(location.search).get("draft") ?? "");
  if (!draft) {
    main.append(h("p", { class: "lead" }, say("complaint.nothing")));
    return;
  }
  const kept = (await readDraft(KEPT))?.answers ?? {};
  const answers: Answers = { language: say.locale, ...kept, ...fit(fieldFile, draft.answers) };
  main.append(...form({ draft, answers, keeps: Object.keys(kept).length > 0, say, main }));
}

interface State {
  readonly draft: Draft;
  readonly answers: Answers;
  readonly keeps: boolean;
  readonly say: Speaker;
  readonly main: HTMLElement;
}

function form(state: State): Node[] {
  const { answers, draft, say } = state;
  const lack = h("ul", { class: "missing" });
  const headline = h("h2", { "aria-live": "polite" });
  const news = h("div", { role: "status" });
  const keep = h("input", { type: "checkbox", checked: state.keeps });
  const changed = (): void => {
    void saveDraft({ id: draft.id, answers });
    showMissing();
  };
  const hinted = (field: Field): Entry => entry(field, answers, say, changed, say(hint(fieldFile, field)));
  const entries = new Map(asked(answers).map((field) => [field.id, hinted(field)]));
  const facts = shown(answers).map((field) => fact(field, answers, say));
  const places = new Map<string, Place>([...entries, ...facts.map((each) => [each.field.id, each] as const)]);
  const showMissing = (): void => {
    const groups = missing(fieldFile, answers);
    headline.textContent = say("complaint.missing", { count: groups.length });
    lack.replaceChildren(...groups.map((group) => lacking(group, entries, say)));
  };
  const review = (): unknown => {
    const [lacking] = missing(fieldFile, answers);
    return lacking ? entries.get(lacking[0] as string)?.focus() : deliver(state, places, keep, news);
  };
  showMissing();
  const aside = h("aside", { class: "part stack" }, headline, lack, h("p", {}, button(say("complaint.review"), review, "primary")), news, leave(state));
  return [
    h("p", { class: "lead" }, say("complaint.lead")),
    h("div", { class: "columns" }, h("div", { class: "stack" }, ...parts(state, facts, entries, keep)), aside),
  ];
}

/** Facts of the page are shown, not asked for; what could not be read from it is asked for. */
function asked(answers: Answers): Field[] {
  return fieldFile.fields.filter((field) => !isFact(field) && !ITSELF.includes(field.id) || (isFact(field) && field.required && !answers[field.id]));
}

function shown(answers: Answers): Field[] {
  return fieldFile.fields.filter((field) => isFact(field) && answers[field.id]);
}

function isFact({ type, from_page }: Field): boolean {
  return from_page === true && (type === "text" || type === "url");
}

function parts({ say }: State, facts: readonly Fact[], entries: ReadonlyMap<string, Entry>, keep: HTMLElement): HTMLElement[] {
  const [you, what] = [[...entries.values()].filter(isAboutYou), [...entries.values()].filter((each) => !isAboutYou(each))];
  return [
    part("page", say("complaint.from_page"), h("dl", { class: "facts" }, ...facts.flatMap(({ row }) => row))),
    part("what", say("complaint.what_happened"), h("div", { class: "fields" }, ...what.map(({ element }) => element))),
    part(
      "you",
      say("complaint.about_you"),
      h("div", { class: "fields" }, ...you.map(({ element }) => element)),
      h("label", { class: "choice" }, keep, say("complaint.keep")),
    ),
  ];
}

function isAboutYou({ field }: Entry): boolean {
  return ABOUT_YOU.includes(field.type) || field.id.startsWith("contact_");
}

function lacking(group: readonly string[], entries: ReadonlyMap<string, Entry>, say: Speaker): HTMLElement {
  const [first, second] = group.map((id) => entries.get(id)).map((each) => (each ? label(each.field, say) : ""));
  const text = second ? say("complaint.missing.one_of", { first: first ?? "", second }) : (first ?? "");
  return h("li", {}, button(text, () => entries.get(group[0] as string)?.focus(), "link"));
}

/** Leaving keeps the draft; giving it up removes it. */
function leave({ draft, say }: State): HTMLElement {
  const discard = async (): Promise<void> => {
    await removeDraft(draft.id);
    location.replace(location.pathname);
  };
  return h("p", { class: "quiet small" }, say("complaint.draft.kept"), " ", button(say("complaint.draft.discard"), discard, "link"));
}

async function deliver(state: State, places: ReadonlyMap<string, Place>, keep: HTMLInputElement, news: HTMLElement): Promise<void> {
  const { answers, draft, main, say } = state;
  const sending = body(fieldFile, answers);
  if (!(await confirm(fieldFile, sending, say))) return;
  news.replaceChildren(h("p", { class: "note" }, say("complaint.sending")));
  const sent = await send(draft.id, sending);
  if (sent.kind === "received") {
    await keepContacts(answers, keep.checked);
    await removeDraft(draft.id);
    receipt(main, sent.receipt, fieldFile, sending, say);
    return;
  }
  mark(sent.kind === "rejected" ? sent.fields : {}, places);
  const key = { rejected: "fields", network: "network", server: "server" }[sent.kind];
  const status = sent.kind === "server" ? sent.status : 0;
  news.replaceChildren(h("p", { class: "note stop" }, say(`complaint.failed.${key}`, { host, status: String(status) })));
}

function mark(fields: Record<string, string>, places: ReadonlyMap<string, Place>): void {
  for (const [id, place] of places) place.complain(fields[id] ?? "");
  places.get(Object.keys(fields)[0] ?? "")?.focus();
}

/** Only what says who someone is and how to reach them; never what happened. */
async function keepContacts(answers: Answers, wanted: boolean): Promise<void> {
  if (!wanted) return removeDraft(KEPT);
  const contacts = fieldFile.fields.filter(({ id, type }) => id.startsWith("contact_") || type === "country");
  const known = contacts.filter(({ id }) => answers[id]).map(({ id }) => [id, answers[id]]);
  return saveDraft({ id: KEPT, answers: Object.fromEntries(known) as Answers });
}
