import fieldFile from "caveat:fields";
import { type Answers, type Draft, KEPT, readDraft, removeDraft, saveDraft } from "../drafts.ts";
import { type Case, keepCase } from "../cases.ts";
import { evidenceOf, removeEvidenceOf } from "../evidence.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { body, hint, missing } from "./check.ts";
import { type Field, type Form, formOf } from "./fields.ts";
import { evidence } from "./evidence.ts";
import { fit } from "./fit.ts";
import { type Entry, entry, type Fact, fact, type Place } from "./form.ts";
import { gauge } from "./gauge.ts";
import { button, host, page, part } from "./page.ts";
import { confirm } from "./preview.ts";
import { receipt } from "./receipt.ts";
import { type Receipt, send } from "./send.ts";

/** What the extension knows by itself and nobody needs to be asked. */
const ITSELF = ["language"];
/** Topics as sections of the page, in the order in which people tell what happened. */
const SECTIONS: readonly (readonly string[])[] = [["matter"], ["purchase", "order"], ["tried"], ["evidence"], ["seller"], ["contact", "fallback"], ["consent"]];

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
  const place = h("div", { class: "stack" });
  main.append(h("p", { class: "lead" }, say("complaint.lead")), place);
  show({ draft, answers, keeps: Object.keys(kept).length > 0, say, main, place });
}

interface State {
  readonly draft: Draft;
  readonly answers: Answers;
  keeps: boolean;
  readonly say: Speaker;
  readonly main: HTMLElement;
  readonly place: HTMLElement;
}

/** Shows the form of the category that is chosen; another category asks for other things. */
function show(state: State): void {
  const { answers, draft, place, say } = state;
  const asks = formOf(fieldFile, String(answers["category"] ?? ""));
  const news = h("div", { role: "status" });
  const keep = h("input", { type: "checkbox", checked: state.keeps });
  const measured = gauge(fieldFile, asks, answers, say, (id) => entries.get(id));
  const category = answers["category"];
  const changed = (): void => {
    void saveDraft({ id: draft.id, answers });
    if (answers["category"] === category) return measured.update();
    state.keeps = keep.checked;
    show(state);
    place.querySelector<HTMLInputElement>("#field-category input:checked")?.focus();
  };
  const entries = new Map(asked(asks, answers).map((field) => [field.id, entry(field, answers, say, changed, say(hint(asks, field)))]));
  const facts = shown(answers).map((field) => fact(field, answers, say));
  const places = new Map<string, Place>([...entries, ...facts.map((each) => [each.field.id, each] as const)]);
  const review = (): unknown => {
    const [lacking] = missing(asks, answers);
    return lacking ? entries.get(lacking[0] as string)?.focus() : deliver(state, asks, places, keep, news);
  };
  measured.update();
  const aside = h("aside", { class: "part stack" }, ...measured.elements, h("p", {}, button(say("complaint.review"), review, "primary")), news, leave(state));
  place.replaceChildren(h("div", { class: "columns" }, h("div", { class: "stack" }, ...parts(say, facts, entries, keep, evidence(draft.id, say))), aside));
}

/** Facts of the page are shown, not asked for; what could not be read from it and matters is asked for. */
function asked(asks: Form, answers: Answers): Field[] {
  return asks.fields.filter((field) => (!isFact(field) && !ITSELF.includes(field.id)) || (isFact(field) && (field.required || field.helpful) && !answers[field.id]));
}

function shown(answers: Answers): Field[] {
  return fieldFile.fields.filter((field) => isFact(field) && answers[field.id]);
}

function isFact({ type, from_page }: Field): boolean {
  return from_page === true && (type === "text" || type === "url");
}

function parts(say: Speaker, facts: readonly Fact[], entries: ReadonlyMap<string, Entry>, keep: HTMLElement, files: HTMLElement): HTMLElement[] {
  const page = part("page", say("complaint.from_page"), h("dl", { class: "facts" }, ...facts.flatMap(({ row }) => row)));
  if (entries.size === 1) return [page, ...SECTIONS.flatMap((topics) => section(topics, entries, say)), h("p", { class: "quiet" }, say("complaint.need_category"))];
  const sections = SECTIONS.map((topics) => {
    const made = section(topics, entries, say);
    if (topics.includes("evidence")) made[0]?.append(files);
    if (topics.includes("contact")) made[0]?.append(h("label", { class: "choice" }, keep, say("complaint.keep")));
    return made;
  });
  return [page, ...sections.flat()];
}

/** One section with why it is asked; none where there is nothing left to ask. */
function section(topics: readonly string[], entries: ReadonlyMap<string, Entry>, say: Speaker): HTMLElement[] {
  const own = [...entries.values()].filter(({ field }) => topics.includes(field.topic ?? ""));
  const [topic] = topics as [string];
  const why = h("p", { class: "quiet small" }, say(`complaint.why.${topic}`));
  return own.length ? [part(topic, say(`complaint.topic.${topic}`), why, h("div", { class: "fields" }, ...own.map(({ element }) => element)))] : [];
}

/** Leaving keeps the draft; giving it up removes it. */
function leave({ draft, say }: State): HTMLElement {
  const discard = async (): Promise<void> => {
    await removeDraft(draft.id);
    await removeEvidenceOf(draft.id);
    location.replace(location.pathname);
  };
  return h("p", { class: "quiet small" }, say("complaint.draft.kept"), " ", button(say("complaint.draft.discard"), discard, "link"));
}

async function deliver(state: State, asks: Form, places: ReadonlyMap<string, Place>, keep: HTMLInputElement, news: HTMLElement): Promise<void> {
  const { answers, draft, main, say } = state;
  const sending = body(asks, answers);
  const files = await evidenceOf(draft.id);
  if (!(await confirm(asks, sending, files, say))) return;
  news.replaceChildren(h("p", { class: "note" }, say("complaint.sending")));
  const sent = await send(draft.id, sending);
  if (sent.kind === "received") {
    await keepContacts(answers, keep.checked);
    await removeDraft(draft.id);
    await keepCase(caseFrom(draft.id, sent.receipt, sending));
    receipt(main, sent.receipt, asks, sending, draft.id, say);
    return;
  }
  mark(sent.kind === "rejected" ? sent.fields : {}, places);
  const key = sent.kind === "rejected" ? "fields" : sent.kind;
  const status = sent.kind === "server" ? sent.status : 0;
  news.replaceChildren(h("p", { class: "note stop" }, say(`complaint.failed.${key}`, { host, status: String(status) })));
}

/** What is kept of a case on this device, to remind and to show how it stands. */
function caseFrom(draft: string, { reference, received_at, state, until, tracking }: Receipt, { platform, item_id, product_title }: Answers): Case {
  const listing = platform && item_id ? `${platform}:item:${item_id}` : "";
  return { id: reference, draft, listing, title: String(product_title ?? ""), at: received_at, state, until, ...tracking, follows: false, isSeen: true };
}

function mark(fields: Record<string, string>, places: ReadonlyMap<string, Place>): void {
  for (const [id, place] of places) place.complain(fields[id] ?? "");
  places.get(Object.keys(fields)[0] ?? "")?.focus();
}

/** Only what says who someone is and how to reach them; never what happened. */
async function keepContacts(answers: Answers, wanted: boolean): Promise<void> {
  if (!wanted) return removeDraft(KEPT);
  const contacts = fieldFile.fields.filter(({ id }) => id.startsWith("contact_") || id === "country");
  const known = contacts.filter(({ id }) => answers[id]).map(({ id }) => [id, answers[id]]);
  return saveDraft({ id: KEPT, answers: Object.fromEntries(known) as Answers });
}
