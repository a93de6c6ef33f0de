import { type Evidence, evidenceOf, keepEvidence, MOST_BYTES, removeEvidence, TYPES } from "../evidence.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { button } from "./page.ts";

const KINDS = ["listing_snapshot", "photo", "order_confirmation", "payment_proof", "chat", "tracking", "receipt", "message", "return_proof", "report", "warranty_terms"];
const MEGA = 1_000_000;

/** Pictures and papers that go with a complaint: each with what it shows and its fingerprint. */
export function evidence(draft: string, say: Speaker): HTMLElement {
  const list = h("ul", { class: "rows" });
  const note = h("p", { class: "wrong", id: "files-wrong", role: "status" });
  const kind = h("select", { id: "files-kind" }, ...KINDS.map((each) => h("option", { value: each, selected: each === "photo" }, say(`complaint.option.evidence.${each}`))));
  const show = async (): Promise<void> => list.replaceChildren(...(await evidenceOf(draft)).map((each) => row(each, say, show)));
  const add = async (): Promise<void> => {
    const chosen = [...(input.files ?? [])];
    const fitting = chosen.filter(({ type, size }) => (TYPES as readonly string[]).includes(type) && size <= MOST_BYTES);
    for (const file of fitting) await keepEvidence(draft, kind.value, file.name.slice(0, 200), file);
    note.textContent = fitting.length < chosen.length ? say("complaint.files.wrong", { mega: MOST_BYTES / MEGA }) : "";
    input.value = "";
    await show();
  };
  const input = h("input", { id: "files", type: "file", multiple: true, accept: TYPES.join(","), "aria-describedby": note.id, onchange: () => void add() });
  void show();
  return h(
    "div",
    { class: "field wide" },
    h("p", {}, say("complaint.files")),
    list,
    h("div", { class: "fields" }, h("div", { class: "field" }, h("label", { for: "files-kind" }, say("complaint.files.kind")), kind), h("div", { class: "field" }, h("label", { for: "files" }, say("complaint.files.add")), input)),
    note,
  );
}

function row(file: Evidence, say: Speaker, show: () => Promise<void>): HTMLElement {
  const remove = async (): Promise<void> => {
    await removeEvidence(file.id);
    await show();
  };
  return h("li", {}, thumb(file), described(file, say), button(say("complaint.files.remove", { name: file.name }), remove));
}

/** A picture in little; a paper has none. */
function thumb({ type, bytes }: Evidence): HTMLElement | null {
  if (!type.startsWith("image/")) return null;
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  return h("img", { class: "thumb", alt: "", src: address, onload: () => URL.revokeObjectURL(address) });
}

/** What a file is, how large, and the fingerprint by which it can be known again. */
export function described({ name, kind, bytes, sha256 }: Evidence, say: Speaker): HTMLElement {
  const size = new Intl.NumberFormat(say.locale, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 }).format(Math.max(1, bytes.byteLength / 1000));
  return h("span", { class: "described" }, h("bdi", {}, name), ` · ${say(`complaint.option.evidence.${kind}`)} · ${size} `, h("code", { class: "small", title: "SHA-256" }, sha256.slice(0, 16)));
}
