import type { View } from "../content/types.ts";
import { h } from "../look/h.ts";
import { quieten, readSettings, switchOff, switchOn, wake } from "../settings.ts";
import type { Speaker } from "../text.ts";

const DAY = 86_400_000;
/** How long a listing stays without its mark once it was put away. */
const AWAY = 30 * DAY;

/** Three ways to be left alone, each undone in the same place: the mark leaves only with the next page. */
export function rest({ sight: { site, url }, say }: View & { readonly say: Speaker }): HTMLElement {
  const box = h("span", { class: "links", role: "status" });
  const button = (text: string, act: () => void): HTMLElement => h("button", { type: "button", class: "quiet", onclick: act }, text);
  const offer = (): void =>
    box.replaceChildren(
      button(say("panel.dismiss"), () => done(quieten(url, Date.now() + AWAY), say("panel.dismiss.done"), () => wake(url))),
      button(say("panel.snooze"), () => done(quieten(site, Date.now() + DAY), say("panel.snooze.done", { site }), () => wake(site))),
      button(say("panel.off", { site }), () => done(switchOff(site), say("panel.off.done", { site }), () => switchOn(site))),
    );
  const done = (change: Promise<void>, text: string, back: () => Promise<void>): void => {
    void change;
    const undo = button(say("panel.off.undo"), () => {
      void back();
      offer();
    });
    box.replaceChildren(h("span", {}, text), " ", undo);
    undo.focus();
  };
  offer();
  // Only the toolbar's popup can open where the mark is off.
  void readSettings().then(({ off }) => {
    if (off.includes(site)) box.replaceChildren(button(say("panel.on", { site }), () => void switchOn(site).then(offer)));
  });
  return box;
}
