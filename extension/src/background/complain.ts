import { type Answers, saveDraft } from "../drafts.ts";
import { keepEvidence } from "../evidence.ts";
import type { Asks } from "../wire.ts";

const PICTURE = /^data:image\/jpeg;base64,([A-Za-z0-9+/=]+)$/;

/** Keeps a new draft and returns its id. A picture is taken from our own pages only, not from a script in a shop's. */
export async function complain({ answers, picture }: Asks["complain"]["ask"], { url = "" }: chrome.runtime.MessageSender): Promise<string> {
  const id = crypto.randomUUID();
  await saveDraft({ id, answers });
  const [, base64] = PICTURE.exec(picture ?? "") ?? [];
  if (base64 && url.startsWith(chrome.runtime.getURL(""))) await keepEvidence(id, "listing_snapshot", nameOf(answers), decoded(base64));
  return id;
}

function decoded(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], { type: "image/jpeg" });
}

function nameOf({ platform, item_id }: Answers): string {
  return `${[platform, item_id].filter(Boolean).join("-") || "page"}.jpg`.replace(/[^\w.-]+/g, "_");
}
