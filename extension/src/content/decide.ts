import type { State } from "../look/mark.ts";
import type { Verdict } from "../lookup/buckets.ts";

/** A notice that names the listing or its product code speaks of this product; a weaker tier may not. */
const CERTAIN_TIER = 1;

/** The one thing the mark says, most pressing first; the panel lists all that is known. */
export function decide(merchant: string | null, verdict: Verdict): State {
  const [notices, seller] = [ofNotices(verdict), ofSeller(merchant, verdict)];
  if (notices === "blocked") return notices;
  return seller === "stale" || seller === "warning" ? seller : (notices ?? seller);
}

/** What official notices say of the product; they carry their own dates, so an old copy does not silence them. */
export function ofNotices({ safety }: Verdict): "blocked" | "concern" | null {
  if (safety.length === 0) return null;
  return safety.some(({ tier }) => tier <= CERTAIN_TIER) ? "blocked" : "concern";
}

/** What the copy says of the seller. */
export function ofSeller(merchant: string | null, { state, warning }: Verdict): State {
  if (state === "absent copy") return "absent";
  if (state === "stale") return state;
  if (!merchant) return "unseen";
  return warning ? "warning" : state;
}

/** The grade of the seller, null when not rated. */
export function grade({ state, band }: Verdict): string | null {
  return state === "rated" ? band : null;
}
