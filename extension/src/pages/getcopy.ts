import { adopt, type CopyFacts, failure, type Offer, offer } from "../copy.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { copyFacts } from "./facts.ts";
import { button, host } from "./page.ts";

/**
 * Getting the first copy: nothing is asked of the network before the button, and nothing that came is
 * used before its publisher has been shown.
 */
export function getCopy(say: Speaker, done: (facts: CopyFacts) => void): HTMLElement {
  const box = h("div", { class: "stack", role: "status" });
  const start = (message?: string): void => {
    box.replaceChildren(
      ...(message ? [h("p", { class: "note stop" }, message)] : [h("p", { class: "quiet" }, say("welcome.copy.first", { host }))]),
      h("p", { class: "row" }, button(say("welcome.copy.get"), get, "primary")),
    );
  };
  const get = async (): Promise<void> => {
    box.replaceChildren(h("p", { class: "quiet" }, say("welcome.copy.getting", { host })));
    await offer().then(check, (error: unknown) => start(say(failure(error), { host })));
  };
  const check = (found: Offer): void => {
    const use = (): Promise<void> =>
      adopt(found).then(
        () => done(found.facts),
        (error: unknown) => start(say(failure(error), { host })),
      );
    box.replaceChildren(
      h("p", {}, say("welcome.copy.check")),
      copyFacts(found.facts, say),
      h("p", { class: "row" }, button(say("welcome.copy.use"), use, "primary"), button(say("welcome.copy.discard"), () => start())),
    );
  };
  start();
  return box;
}
