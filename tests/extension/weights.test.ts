import type { Reason, Score } from "../../extension/src/score.ts";
import { weighed } from "../../extension/src/weights.ts";

const reason = (family: string, points: number): Reason => ({ code: `${family}.x`, family, points, numbers: {}, evidence: [], latest: null });
const score = (...reasons: Reason[]): Score => ({
  merchant: "aliexpress:shop:1", as_of: "2026-11-01T00:00:00Z", grade: "B", interval: [60, 75], warning: false, basis: {},
  score: reasons.reduce((sum, { points }) => sum + points, 0), reasons,
});

it("gives no number of its own where nothing is weighed", () => {
  expect(weighed(score(reason("base", 90), reason("reviews", 2)), {})).toBeNull();
  expect(weighed(score(reason("base", 90)), { reviews: 1 })).toBeNull();
});

it("multiplies the points of a family and leaves the base alone", () => {
  const found = score(reason("base", 90), reason("reviews", 4), reason("complaints", -10));
  expect(weighed(found, { reviews: 0 })).toBe(80);
  expect(weighed(found, { complaints: 2 })).toBe(74);
  expect(weighed(found, { complaints: 0, reviews: 2 })).toBe(98);
});

it("stays between 0 and 100", () => {
  expect(weighed(score(reason("base", 90), reason("complaints", -60)), { complaints: 2 })).toBe(0);
  expect(weighed(score(reason("base", 95), reason("reviews", 4)), { reviews: 2 })).toBe(100);
});

it("lets nobody weigh an authority's block away", () => {
  const held = score(reason("base", 92), reason("complaints", -20), reason("safety", -42));
  expect(weighed(held, { complaints: 0 })).toBe(30);
});
