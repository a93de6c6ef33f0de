import type { Answers } from "../drafts.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import type { FieldFile } from "./fields.ts";
import { button, part } from "./page.ts";
import { everything } from "./preview.ts";
import type { Receipt } from "./send.ts";

/** What the complainant keeps: the reference, when it was received, and what was sent. */
export function receipt(main: HTMLElement, { reference, received_at }: Receipt, file: FieldFile, sent: Answers, say: Speaker): void {
  const heading = h("h1", { tabindex: -1 }, say("complaint.received"));
  main.replaceChildren(
    heading,
    h(
      "section",
      { class: "part stack" },
      h("p", { class: "quiet" }, say("complaint.received.reference")),
      h("p", { class: "reference" }, reference),
      h("p", {}, say("complaint.received.when", { when: received_at })),
      h(
        "p",
        { class: "row" },
        button(say("complaint.received.save"), () => save(reference, received_at, sent)),
        button(say("complaint.received.print"), () => print()),
      ),
    ),
    part("copy", say("complaint.received.copy"), everything(file, sent, say)),
  );
  scrollTo(0, 0);
  heading.focus();
}

function save(reference: string, received_at: string, sent: Answers): void {
  const text = `${JSON.stringify({ reference, received_at, sent }, null, 2)}\n`;
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href, download: `complaint-${reference}.json` }).click();
  URL.revokeObjectURL(href);
}
