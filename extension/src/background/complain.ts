import { type Answers, saveDraft } from "../drafts.ts";

/** Keeps a new draft and returns its id. */
export async function complain(answers: Answers): Promise<string> {
  const id = crypto.randomUUID();
  await saveDraft({ id, answers });
  return id;
}
