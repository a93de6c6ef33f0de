import type { Answer, Answers } from "../drafts.ts";
import type { Field, Form } from "./fields.ts";

const FORMS: Partial<Record<Field["type"], RegExp>> = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  phone: /^\+?[0-9][0-9 ()./-]{5,}$/,
  money: /^\d{1,9}([.,]\d{1,2})?$/,
  url: /^https?:\/\/\S+$/,
};

/** What stands in the way of sending: each a field, or several of which one is enough. */
export function missing({ fields, one_of }: Form, answers: Answers): string[][] {
  const single = fields.filter(({ id, required }) => required && !isGiven(answers[id])).map(({ id }) => [id]);
  const groups = one_of.filter((group) => !group.some((id) => isGiven(answers[id])));
  return [...single, ...groups.map((group) => [...group])];
}

/** The key of the words beside a field that may stay empty, always or where another of its group is given. */
export function hint({ one_of }: Form, { id, required }: Field): string {
  if (one_of.some((group) => group.includes(id))) return "complaint.one_of";
  return required ? "" : "complaint.optional";
}

/** The key of the message about an answer that cannot be right, null for one that can. */
export function wrong(field: Field, answer: string, today: string): string | null {
  if (answer === "") return null;
  if (field.max !== undefined && answer.length > field.max) return "complaint.wrong.too_long";
  if (isDay(field) && !isInCalendar(answer)) return "complaint.wrong.day";
  if (field.type === "date" && answer > today) return "complaint.wrong.date";
  return FORMS[field.type]?.test(answer) === false ? `complaint.wrong.${field.type}` : null;
}

/** The answers as they are sent: known fields only, without blanks, amounts with a point. */
export function body({ fields }: Form, answers: Answers): Answers {
  const given = fields.filter(({ id }) => isGiven(answers[id]));
  return Object.fromEntries(given.map((field) => [field.id, clean(field, answers[field.id] as Answer)]));
}

function clean({ type }: Field, answer: Answer): Answer {
  if (typeof answer !== "string") return answer;
  return type === "money" ? answer.trim().replace(",", ".") : answer.trim();
}

export function isGiven(answer: Answer | undefined): boolean {
  if (typeof answer === "string") return answer.trim() !== "";
  return typeof answer === "object" ? answer.length > 0 : answer === true;
}

function isDay({ type }: Field): boolean {
  return type === "date" || type === "day";
}

function isInCalendar(day: string): boolean {
  const read = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day);
}

/** Field by field, what a problem document (RFC 9457) says is wrong. */
export function rejected(problem: unknown): Record<string, string> {
  const errors = (problem as { errors?: { pointer?: string; detail?: string }[] } | null)?.errors ?? [];
  return Object.fromEntries(errors.map(({ pointer = "", detail = "" }) => [pointer.replace(/^#\//, ""), detail]));
}
