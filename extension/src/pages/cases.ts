import { allCases, askCase, type Case, follow, removeCase } from "../cases.ts";
import { allEvidence, removeEvidenceOf } from "../evidence.ts";
import { plainName } from "../clip.ts";
import { h } from "../look/h.ts";
import { link } from "../look/link.ts";
import type { Speaker } from "../text.ts";
import { handOver } from "./handover.ts";
import { button, host } from "./page.ts";

/** Files are taken once the contact is confirmed. */
const UNCONFIRMED = "awaiting_contact_check";

/** The complaints that this device has sent; null when there are none. */
export async function caseList(say: Speaker): Promise<HTMLElement | null> {
  const box = h("div", { class: "stack" });
  const show = async (): Promise<void> => {
    const waiting = new Set((await allEvidence()).map(({ draft }) => draft));
    box.replaceChildren(...(await allCases()).map((each) => entry(each, waiting.has(each.draft), say, show)));
  };
  await show();
  return box.hasChildNodes() ? box : null;
}

function entry(kept: Case, hasFiles: boolean, say: Speaker, show: () => Promise<void>): HTMLElement {
  const { id, title, at, state, until, link: address, follows } = kept;
  const news = h("span", { role: "status" });
  const ask = (): Promise<void> => askCase(kept).then(show, () => void (news.textContent = say("cases.failed", { host })));
  const box = h("input", { type: "checkbox", checked: follows, onchange: () => void follow(kept, box.checked).then(show) });
  const send = async (): Promise<void> => void box.closest("article")?.append((await handOver({ reference: id, token: kept.token }, kept.draft, say)) ?? "");
  const remove = async (): Promise<void> => {
    await removeEvidenceOf(kept.draft);
    await removeCase(id);
    await show();
  };
  return h(
    "article",
    { class: "stack purchase" },
    h("h3", {}, h("bdi", {}, plainName(title) || id)),
    h("p", { class: "quiet small" }, say("cases.filed", { reference: id, at })),
    h("p", {}, say(`complaint.now.${state}`) || state),
    until && h("p", { class: "note" }, say("cases.until", { until })),
    h("label", { class: "choice" }, box, say("cases.follow", { host })),
    hasFiles && state !== UNCONFIRMED && h("p", {}, button(say("cases.send", { host }), send)),
    h("p", { class: "row" }, button(say("cases.ask", { host }), ask), link(address, say("complaint.track")), button(say("cases.remove", { reference: id }), remove), news),
  );
}
