import { noteSent } from "../log.ts";
import type { Score } from "../score.ts";
import type { ScoreAnswer } from "../wire.ts";

/** What the API says about one seller. Nothing but the seller's key is sent, and no cookie. */
export async function score({ merchant }: { merchant: string }): Promise<ScoreAnswer> {
  const address = new URL(`/v1/scores/${encodeURIComponent(merchant)}`, FLAGS.apiOrigin);
  await noteSent("score", address, merchant);
  try {
    const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) return { ok: true, score: (await answer.json()) as Score };
    return { ok: false, why: answer.status === 404 ? "absent" : "failed" };
  } catch {
    return { ok: false, why: "failed" };
  }
}
