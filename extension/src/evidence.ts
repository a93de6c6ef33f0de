import { shelf } from "./store.ts";

/** A picture or document that goes with a complaint; kept on this device until it is sent. */
export interface Evidence {
  readonly id: string;
  /** The draft it belongs to. */
  readonly draft: string;
  readonly name: string;
  readonly type: string;
  /** One of the options of the field `evidence` in complaints/intake/fields.json. */
  readonly kind: string;
  readonly bytes: ArrayBuffer;
  /** SHA-256 as hexadecimal digits: shows that nothing was changed since. */
  readonly sha256: string;
  readonly at: string;
}

/** What the desk takes; it looks into each file by itself. */
export const TYPES = ["image/jpeg", "image/png", "image/webp", "application/pdf"] as const;
export const MOST_BYTES = 10_000_000;

const files = shelf<Evidence>("caveat-evidence", "files");

export async function keepEvidence(draft: string, kind: string, name: string, content: Blob): Promise<Evidence> {
  const bytes = await content.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // The same file twice is one file.
  const kept = { id: `${draft} ${sha256}`, draft, name, type: content.type, kind, bytes, sha256, at: new Date().toISOString() };
  await files.put(kept);
  return kept;
}

export const allEvidence = (): Promise<Evidence[]> => files.all();
export const evidenceOf = async (draft: string): Promise<Evidence[]> => (await files.all()).filter((each) => each.draft === draft);
export const removeEvidence = (id: string): Promise<void> => files.remove(id);
export const forgetEvidence = (): Promise<void> => files.clear();

export async function removeEvidenceOf(draft: string): Promise<void> {
  for (const { id } of await evidenceOf(draft)) await files.remove(id);
}
