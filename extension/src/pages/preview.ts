import type { Answer, Answers } from "../drafts.ts";
import type { Evidence } from "../evidence.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import type { Form } from "./fields.ts";
import { described } from "./evidence.ts";
import { inWords, label } from "./form.ts";
import { button, host, row } from "./page.ts";

/** Shows everything that would be sent, and resolves to whether it shall be. */
export function confirm(file: Form, sending: Answers, files: readonly Evidence[], say: Speaker): Promise<boolean> {
  return new Promise((resolve) => {
    const close = (yes: boolean): void => {
      dialog.close(yes ? "yes" : "");
    };
    const dialog = h(
      "dialog",
      { "aria-labelledby": "preview-title" },
      h("h2", { id: "preview-title", tabindex: -1, autofocus: true }, say("complaint.preview")),
      h("p", {}, say("complaint.preview.to", { host })),
      everything(file, sending, say),
      files.length > 0 && h("h3", {}, say("complaint.files.title")),
      files.length > 0 && h("p", { class: "quiet small" }, say("complaint.hint.evidence")),
      files.length > 0 && h("ul", { class: "rows" }, ...files.map((each) => h("li", {}, described(each, say)))),
      h(
        "p",
        { class: "row" },
        button(say("complaint.send"), () => close(true), "primary"),
        button(say("complaint.back"), () => close(false)),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function everything({ fields }: Form, sending: Answers, say: Speaker): HTMLElement {
  const given = fields.filter(({ id }) => sending[id] !== undefined);
  const rows = given.flatMap((field) => row(label(field, say), inWords(field, sending[field.id] as Answer, say)));
  return h("dl", { class: "facts" }, ...rows);
}
