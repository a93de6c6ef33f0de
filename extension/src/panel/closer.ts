import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";

/** A fold that is filled when it is opened first: most people never ask, and their pages are not read for it. */
export function closer(title: string, say: Speaker, fill: () => Promise<Node[]>): HTMLElement {
  const box = h("div", { role: "status" });
  const open = async (): Promise<void> => {
    if (!fold.open || box.hasChildNodes()) return;
    box.append(h("p", { class: "small" }, say("panel.closer.looking")));
    box.replaceChildren(...(await fill().catch(() => [h("p", {}, say("panel.closer.failed"))])));
  };
  const fold = h("details", { class: "closer", ontoggle: () => void open() }, h("summary", {}, title), box);
  return fold;
}
