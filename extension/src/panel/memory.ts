import { h } from "../look/h.ts";
import { link } from "../look/link.ts";
import type { Speaker } from "../text.ts";
import { ask, type Memory, type Seen } from "../wire.ts";
import { plainName } from "../clip.ts";
import type { Sight } from "../content/types.ts";

/** What this device remembers of the listing, and the button that keeps a purchase; null where no listing is named. */
export function memory(sight: Sight, say: Speaker): HTMLElement | null {
  const seen = seenOf(sight);
  if (!seen) return null;
  const { line, kept } = purchase(seen, sight, say);
  const box = h("section", { class: "memory", role: "status" }, line);
  void ask("remember", { seen }).then((known) => {
    if (known) box.prepend(...lines(known, say));
    if (known?.bought) kept(known.bought);
  });
  return box;
}

/** A page that names no listing has nothing to be remembered by. */
function seenOf(sight: Sight): Seen | null {
  const [id, ...codes] = sight.safety;
  if (!id?.includes(":item:")) return null;
  const { url, platform, merchant, merchantName } = sight;
  return { id, codes, url, platform, merchant, merchantName, title: sight.read().title ?? "" };
}

function lines({ switched, relisted, complaint }: Memory, say: Speaker): HTMLElement[] {
  const quiet = (...words: (Node | string)[]): HTMLElement => h("p", { class: "small" }, ...words);
  return [
    ...(complaint ? [quiet(say("panel.memory.complaint", { reference: complaint.id }), " ", say(`complaint.now.${complaint.state}`))] : []),
    ...(switched ? [quiet(say("panel.memory.switched", { name: `\u2068${plainName(switched.name)}\u2069`, at: switched.at }))] : []),
    ...(relisted ? [quiet(say("panel.memory.relisted", { at: relisted.at }), " ", link(relisted.url, say("panel.memory.other")))] : []),
  ];
}

interface Keeping {
  readonly line: HTMLElement;
  /** Says when it was kept. */
  readonly kept: (at: string) => void;
}

function purchase(seen: Seen, { safety, merchantName }: Sight, say: Speaker): Keeping {
  const list = h("button", { type: "button", class: "quiet", onclick: () => void ask("purchases", {}) }, say("panel.bought.list"));
  const keep = async (): Promise<void> => {
    const { id, url, title, merchant, platform } = seen;
    const at = await ask("bought", { bought: { id, url, title, merchant, merchantName, platform, safety } });
    if (!at) return;
    kept(at);
    list.focus();
  };
  const button = h("button", { type: "button", class: "quiet", onclick: () => void keep() }, say("panel.bought.keep"));
  const line = h("p", { class: "small" }, button, " ", say("panel.bought.hint"));
  const kept = (at: string): void => line.replaceChildren(say("panel.bought.kept", { at }), " ", list);
  return { line, kept };
}
