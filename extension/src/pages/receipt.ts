import { renewCase } from "../cases.ts";
import type { Answers } from "../drafts.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { codeEntry } from "./code.ts";
import type { Form } from "./fields.ts";
import { handOver } from "./handover.ts";
import { button, part } from "./page.ts";
import { everything } from "./preview.ts";
import type { Confirmed, Receipt } from "./send.ts";

/** What the complainant keeps: the step that is left, the reference, the way to follow the case, and what was sent. */
export function receipt(main: HTMLElement, got: Receipt, form: Form, sent: Answers, draft: string, say: Speaker): void {
  const heading = h("h1", { tabindex: -1 });
  const show = (title: string, ...parts: HTMLElement[]): void => {
    heading.textContent = title;
    main.replaceChildren(heading, ...parts, part("copy", say("complaint.received.copy"), everything(form, sent, say)));
    scrollTo(0, 0);
    heading.focus();
  };
  const done = (case_: Confirmed): void => {
    void renewCase(got.reference, case_);
    void handOver({ reference: case_.reference, token: case_.tracking.token }, draft, say).then((files) => files && main.append(files));
    show(say("complaint.confirmed"), outcome(case_, say), kept(case_.reference, got, sent, say, case_.tracking.link));
  };
  if (got.state === "awaiting_contact_check") show(say("complaint.code.title"), codeEntry(got, say, done), kept(got.reference, got, sent, say));
  else show(say("complaint.confirmed"), kept(got.reference, got, sent, say, got.tracking.link));
}

function outcome(case_: Confirmed, say: Speaker): HTMLElement {
  const joined = case_.outcome === "submitted" ? null : h("p", { class: "note" }, say(`complaint.confirmed.${case_.outcome}`));
  return h("section", { class: "part stack" }, joined, h("p", {}, say("complaint.confirmed.lead")));
}

function kept(reference: string, { received_at }: Receipt, sent: Answers, say: Speaker, link = ""): HTMLElement {
  return h(
    "section",
    { class: "part stack" },
    h("p", { class: "quiet" }, say("complaint.received.reference")),
    h("p", { class: "reference" }, reference),
    h("p", {}, say("complaint.received.when", { when: received_at })),
    link ? h("p", {}, h("a", { href: link, target: "_blank", rel: "noreferrer" }, say("complaint.track"))) : null,
    h(
      "p",
      { class: "row" },
      button(say("complaint.received.save"), () => save(reference, received_at, sent, link)),
      button(say("complaint.received.print"), () => print()),
    ),
  );
}

function save(reference: string, received_at: string, sent: Answers, link: string): void {
  const text = `${JSON.stringify({ reference, received_at, ...(link ? { link } : {}), sent }, null, 2)}\n`;
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href, download: `complaint-${reference}.json` }).click();
  URL.revokeObjectURL(href);
}
