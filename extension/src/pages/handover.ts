import { evidenceOf, removeEvidence } from "../evidence.ts";
import { h } from "../look/h.ts";
import type { Speaker } from "../text.ts";
import { described } from "./evidence.ts";
import { part } from "./page.ts";
import { type Opened, sendFile } from "./send.ts";

/** Sends the files of a draft to the case that came of it, one after the other; one that the desk does not take stays here. */
export async function handOver(opened: Opened, draft: string, say: Speaker): Promise<HTMLElement | null> {
  const list = h("ul", { class: "rows" });
  for (const file of await evidenceOf(draft)) {
    const { kind } = await sendFile(opened, file);
    if (kind === "received") await removeEvidence(file.id);
    list.append(h("li", {}, described(file, say), say(kind === "received" ? "complaint.files.sent" : "complaint.files.failed")));
  }
  return list.hasChildNodes() ? part("files-sent", say("complaint.files.title"), list) : null;
}
