import type { Answers } from "../drafts.ts";
import { isGiven } from "./check.ts";
import { type FieldFile, formOf } from "./fields.ts";

/** One thing a complaint needs: of the fields in `what` one is enough; `why` is the topic that says why it matters. */
export interface Item {
  readonly what: readonly string[];
  readonly why: string;
  readonly level: "required" | "helpful";
  readonly met: boolean;
}

const WEIGHT = { required: 3, helpful: 1 };

/**
 * How complete a complaint is before it is sent. The twin of completeness.py;
 * tests/vectors/completeness.json judges both.
 */
export function meter(file: FieldFile, answers: Answers): { items: Item[]; percent: number } {
  const { fields, one_of } = formOf(file, String(answers["category"] || "other"));
  const topics = new Map(fields.map(({ id, topic }) => [id, topic ?? ""]));
  const single = fields
    .filter(({ required, helpful }) => required || helpful)
    .map(({ id, topic, required }): Item => ({ what: [id], why: topic ?? "", level: required ? "required" : "helpful", met: isGiven(answers[id]) }));
  const groups = one_of.map((group): Item => ({ what: group, why: topics.get(group[0] ?? "") ?? "", level: "required", met: group.some((id) => isGiven(answers[id])) }));
  const ways = file.fallback.filter((id) => isGiven(answers[id]));
  const items: Item[] = [...single, ...groups, { what: ["fallback"], why: "fallback", level: "helpful", met: ways.length > 1 }];
  return { items, percent: Math.floor((100 * weight(items.filter(({ met }) => met))) / weight(items)) };
}

function weight(items: readonly Item[]): number {
  return items.reduce((sum, { level }) => sum + WEIGHT[level], 0);
}
