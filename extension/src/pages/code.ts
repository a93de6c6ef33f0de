import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { button, host } from "./page.ts";
import { anotherCode, type Confirmed, confirmCode, type Failed, type Receipt } from "./send.ts";

/** Asks for the code of the letter; until it is right, no desk has the complaint. */
export function codeEntry(got: Receipt, say: Speaker, done: (confirmed: Confirmed) => void): HTMLElement {
  const note = h("p", { class: "wrong", id: "code-wrong", role: "status" });
  const input = h("input", { id: "code", autocomplete: "one-time-code", spellcheck: "false", maxlength: 12, "aria-describedby": note.id });
  const fail = (failed: Failed): void => {
    note.textContent = say(`complaint.code.${words[failed.kind]}`, { host });
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
  const confirm = async (event: Event): Promise<void> => {
    event.preventDefault();
    const sent = await confirmCode(got, input.value);
    if (sent.kind === "received") done(sent.receipt);
    else fail(sent);
  };
  const again = async (): Promise<void> => {
    const sent = await anotherCode(got);
    if (sent.kind === "received") note.textContent = say("complaint.code.sent_again");
    else fail(sent);
  };
  const until = got.until ? h("p", { class: "quiet small" }, say("complaint.code.until", { until: got.until })) : null;
  return h(
    "section",
    { class: "part stack" },
    h("p", {}, say("complaint.code.lead")),
    h(
      "form",
      { class: "stack", onsubmit: (event) => void confirm(event) },
      h("div", { class: "field short" }, h("label", { for: "code" }, say("complaint.code.field")), note, input),
      h("p", { class: "row" }, h("button", { class: "primary" }, say("complaint.code.confirm")), button(say("complaint.code.again"), again, "link")),
    ),
    until,
  );
}

const words: Record<Failed["kind"], string> = { rejected: "wrong", limit: "limit", network: "failed", server: "failed" };
