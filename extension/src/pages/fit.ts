import { clip, plain } from "../clip.ts";
import type { Answer, Answers } from "../drafts.ts";
import type { Form } from "./fields.ts";

/** A shortened one of these would name another seller or product; without them the address says it. */
const IDENTIFIERS = ["platform", "item_id", "merchant_key"];

/** What a page says, no longer than the desk takes: nobody can shorten by hand what is only shown. */
export function fit({ fields }: Form, answers: Answers): Answers {
  const longest = new Map(fields.filter((field) => field.from_page).map(({ id, max }) => [id, max ?? Infinity]));
  const fitted = Object.entries(answers).map(([id, answer]) => [id, shorten(id, answer, longest.get(id) ?? Infinity)]);
  return Object.fromEntries(fitted.filter(([, answer]) => answer !== null)) as Answers;
}

function shorten(id: string, answer: Answer, max: number): Answer | null {
  if (typeof answer !== "string" || max === Infinity) return answer;
  const whole = plain(answer);
  const start = clip(whole, max);
  return start !== whole && IDENTIFIERS.includes(id) ? null : start;
}
