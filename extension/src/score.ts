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
  readonly history: readonly { as_of: string; score: number | null }[];
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
