/** The body of `GET /v1/scores/{merchant_key}`, as far as the panel shows it. */
export interface Score {
  readonly merchant: string;
  readonly as_of: string;
  readonly score: number | null;
  readonly grade: string | null;
  readonly interval: readonly [number, number] | null;
  readonly warning: boolean;
  readonly basis: Readonly<Record<string, number>>;
  readonly reasons: readonly Reason[];
  readonly history?: readonly { as_of: string; score: number | null }[];
  readonly aspects?: readonly Aspect[];
  readonly improvements?: readonly Improvement[];
}

/** One side of a purchase; the score is null where too little is known. */
export interface Aspect {
  readonly aspect: string;
  readonly score: number | null;
  readonly grade: string | null;
  readonly reviews: number;
  readonly complaints: number;
  readonly deliveries: number;
}

export interface Improvement {
  readonly code: string;
  readonly points: number;
  readonly numbers: Readonly<Record<string, number | string>>;
}

export interface Reason {
  readonly code: string;
  readonly family: string;
  readonly points: number;
  readonly numbers: Readonly<Record<string, number | string>>;
  /** Ids of the facts behind it. */
  readonly evidence: readonly string[];
  /** When the newest of them became known. */
  readonly latest: string | null;
}

/** The few that moved the score most, strongest first; the starting point says nothing about a seller. */
export function strongest(reasons: readonly Reason[], count: number): Reason[] {
  return reasons
    .filter((reason) => reason.family !== "base")
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, count);
}

/** Points of a range up to which a score is known closely, or fairly: one grade is about 15 wide. */
const CLOSE = 10;
const FAIR = 20;

/** How well the score is known: the word for a range of so many points. */
export function width(low: number, high: number): "close" | "fair" | "wide" {
  const points = high - low;
  return points <= CLOSE ? "close" : points <= FAIR ? "fair" : "wide";
}
