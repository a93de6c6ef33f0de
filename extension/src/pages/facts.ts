import type { CopyFacts } from "../copy.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { row } from "./page.ts";

/** Who signed a copy and when, for people to compare. */
export function copyFacts({ publisher, fingerprint, version, issued }: CopyFacts, say: Speaker): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    ...row(say("copy.publisher"), h("bdi", { class: "name" }, publisher)),
    ...row(say("copy.fingerprint"), h("code", {}, fingerprint)),
    ...row(say("copy.built"), say("copy.built.value", { issued })),
    ...row(say("copy.version"), String(version)),
  );
}
