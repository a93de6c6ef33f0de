import type { Score } from "./score.ts";

/** Kinds of evidence that a buyer may weigh for themselves. What authorities say cannot be weighed away. */
export const families = ["reviews", "complaints", "deliveries", "disclosures"] as const;
export type Family = (typeof families)[number];

/** How much each kind counts; one that is missing counts as it does for everybody. */
export type Weights = Readonly<Partial<Record<Family, number>>>;

export const CHOICES = [0, 0.5, 1, 2] as const;

/**
 * The score by a buyer's own weights: the points of each reason, which add up to the score, times the weight of
 * its family. Never above the score where an authority's block holds that down. Null when nothing is weighed.
 */
export function weighed({ score, reasons }: Score, weights: Weights): number | null {
  if (score === null || families.every((family) => (weights[family] ?? 1) === 1)) return null;
  const sum = reasons.reduce((all, { family, points }) => all + points * (weights[family as Family] ?? 1), 0);
  const most = reasons.some(({ family }) => family === "safety") ? score : 100;
  return Math.min(most, Math.max(0, sum));
}
