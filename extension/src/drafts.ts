import { shelf } from "./store.ts";

/** An answer: a text, a yes or no, or several of the options of a field. */
export type Answer = string | boolean | readonly string[];

/** Answers of a complaint by field id, as far as they are known. */
export type Answers = Record<string, Answer>;

/** A complaint that has not been sent. Its id is also its Idempotency-Key: sending twice files once. */
export interface Draft {
  readonly id: string;
  readonly answers: Answers;
}

/** Contact details kept for next time live beside the drafts under this id. */
export const KEPT = "kept";

/** Drafts live in the extension origin's IndexedDB and nowhere else. */
const drafts = shelf<Draft>("caveat", "drafts");

export const saveDraft = (draft: Draft): Promise<void> => drafts.put(draft);
export const readDraft = (id: string): Promise<Draft | null> => drafts.get(id);
export const allDrafts = (): Promise<Draft[]> => drafts.all();
export const removeDraft = (id: string): Promise<void> => drafts.remove(id);
export const removeAllDrafts = (): Promise<void> => drafts.clear();
