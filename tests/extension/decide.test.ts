import { decide, grade } from "../../extension/src/content/decide.ts";
import type { Verdict } from "../../extension/src/lookup/buckets.ts";

const notice = { id: "1", authority: "A", date: "2025-01-01", hazards: [], type: "recall", words: "w", url: "https://a.example" };
const pack = { version: 1, issued: "2026-01-01T00:00:00Z", publisher: { id: "p", name: "P" } };
const verdict = (more: Partial<Verdict>): Verdict => ({
  state: "none",
  listed: false,
  band: "none",
  warning: false,
  reason: null,
  safety: [],
  pack,
  packs: [pack],
  ...more,
});
const SELLER = "aliexpress:shop:1";

it.each<[string, string | null, Partial<Verdict>]>([
  ["none", SELLER, {}],
  ["unseen", null, {}],
  ["rated", SELLER, { state: "rated", listed: true, band: "B" }],
  ["warning", SELLER, { state: "rated", listed: true, band: "A", warning: true }],
  ["warning", SELLER, { state: "none", listed: true, warning: true }],
  ["concern", SELLER, { state: "rated", band: "A", safety: [{ tier: 2, notice, by: pack }] }],
  ["concern", null, { safety: [{ tier: 2, notice, by: pack }] }],
  ["warning", SELLER, { state: "rated", band: "D", warning: true, safety: [{ tier: 2, notice, by: pack }] }],
  ["blocked", SELLER, { state: "rated", band: "A", safety: [{ tier: 1, notice, by: pack }] }],
  ["blocked", null, { safety: [{ tier: 2, notice, by: pack }, { tier: 0, notice, by: pack }] }],
  ["blocked", SELLER, { state: "stale", safety: [{ tier: 0, notice, by: pack }] }],
  ["stale", SELLER, { state: "stale", safety: [{ tier: 2, notice, by: pack }] }],
  ["stale", null, { state: "stale" }],
  ["absent", SELLER, { state: "absent copy", pack: null }],
  ["absent", null, { state: "absent copy", pack: null }],
])("says %s of %s with %o", (state, merchant, known) => {
  expect(decide(merchant, verdict(known))).toBe(state);
});

it("has a grade only for a rating that still counts", () => {
  expect(grade(verdict({ state: "rated", band: "C" }))).toBe("C");
  expect(grade(verdict({ state: "stale", band: "none" }))).toBeNull();
  expect(grade(verdict({}))).toBeNull();
});
