/** What can be counted in the reviews that a page shows. Counts are facts about the page, no verdict on who wrote. */
import type { Read, Review } from "./read.ts";

export interface ReviewCard {
  readonly shown: number;
  /** Marked by the shop as coming from buyers; null where its pages mark none. */
  readonly verified: number | null;
  /** Saying that nothing has come yet. */
  readonly before: number;
  /** Said by the shop or the writer to be written for a gift. */
  readonly given: number;
  /** Nearly the same as another one here. */
  readonly alike: number;
  /** A week in which far more were written than an even pace explains. */
  readonly burst: Burst | null;
}

export interface Burst {
  readonly count: number;
  readonly dated: number;
  /** The first day, ISO. */
  readonly from: string;
}

const SHINGLE = 4;
/** Letters below which two texts that are alike mean nothing. */
const SHORTEST = 12;
/** Share of common shingles from which two texts are nearly the same. */
const ALIKE = 0.7;
const WEEK = 7;
/** Dated reviews from which a pace can be told. */
const ENOUGH = 10;
/** How rarely an even pace may give such a week, over all weeks that are looked at. */
const RARE = 0.001;
const DAY = 86_400_000;

export function card({ reviews, marks }: Read, words: { readonly before: RegExp; readonly given: RegExp }): ReviewCard {
  const count = (is: (review: Review) => boolean): number => reviews.filter(is).length;
  return {
    shown: reviews.length,
    verified: marks ? count(({ verified }) => verified) : null,
    before: count(({ text, after }) => !after && words.before.test(text)),
    given: count(({ text, given }) => given || words.given.test(text)),
    alike: alike(reviews.map(({ text }) => text)),
    burst: burst(reviews.flatMap(({ day }) => day ?? [])),
  };
}

/** How many texts are nearly the same as another one, by the four letters in a row that they share. */
export function alike(texts: readonly string[]): number {
  const sets = texts.map(shingles).filter((each) => each.size > 0);
  return sets.filter((one, at) => sets.some((other, place) => place !== at && likeness(one, other) >= ALIKE)).length;
}

function shingles(text: string): Set<string> {
  const letters = [...text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "")];
  if (letters.length < SHORTEST) return new Set();
  return new Set(letters.slice(SHINGLE - 1).map((_, at) => letters.slice(at, at + SHINGLE).join("")));
}

function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  if (small.size < ALIKE * large.size) return 0;
  let common = 0;
  for (const each of small) if (large.has(each)) common++;
  return common / (one.size + other.size - common);
}

/**
 * The fullest week, if an even pace over the days that the reviews span would hardly ever give one so full
 * (binomial tail, times the number of weeks).
 */
export function burst(days: readonly number[]): Burst | null {
  const sorted = days.toSorted((a, b) => a - b);
  const span = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) + 1;
  if (sorted.length < ENOUGH || span <= 2 * WEEK) return null;
  const weeks = sorted.map((from) => ({ from, count: sorted.filter((day) => day >= from && day < from + WEEK).length }));
  const { from, count } = weeks.reduce((best, week) => (week.count > best.count ? week : best));
  const chance = tail(sorted.length - 1, count - 1, WEEK / span) * sorted.length;
  return chance < RARE ? { count, dated: sorted.length, from: new Date(from * DAY).toISOString() } : null;
}

/** The probability of at least `least` of `n`, each with probability `p`. */
export function tail(n: number, least: number, p: number): number {
  let [term, sum] = [(1 - p) ** n, 0];
  for (let k = 0; k <= n; k++) {
    if (k >= least) sum += term;
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return sum;
}
