import { Window } from "happy-dom";
import { alike, burst, tail } from "../../extension/src/reviews/card.ts";
import { dayOf, readReviews } from "../../extension/src/reviews/read.ts";

const DAY = 86_400_000;

it("reads a date only where it can be read in one way", () => {
  const day = (text: string): string | null => {
    const found = dayOf(text);
    return found === null ? null : new Date(found * DAY).toISOString().slice(0, 10);
  };
  expect(["2026-03-04", "2026.3.4.", "2026年3月4日", "2026년 3월 4일", "Reviewed in Ireland on March 4, 2026", "4 March 2026"].map(day)).toEqual(Array(6).fill("2026-03-04"));
  expect(["03/04/2026", "", "yesterday"].map(day)).toEqual([null, null, null]);
});

it("tells texts that are nearly the same, in any script, and leaves short ones alone", () => {
  expect(alike(["This lamp is wonderful, I love it!", "this lamp is WONDERFUL i love it", "Broke after two days of use."])).toBe(2);
  expect(alike(["배송이 빠르고 품질이 아주 좋아요 감사합니다", "배송이 빠르고 품질이 아주 좋아요! 감사합니다", "색상이 사진과 달라서 아쉬워요 교환했어요"])).toBe(2);
  expect(alike(["good", "good", "good"])).toBe(0);
});

it("knows the binomial tail", () => {
  expect(tail(10, 0, 0.3)).toBeCloseTo(1, 12);
  expect(tail(10, 10, 0.5)).toBeCloseTo(1 / 1024, 12);
  expect(tail(4, 3, 0.25)).toBeCloseTo(13 / 256, 12);
});

it("names a burst that an even pace hardly gives, and almost never one that it does", () => {
  const even = Array.from({ length: 30 }, (_, n) => n * 6);
  expect(burst(even)).toBeNull();
  const crowded = [...even, ...Array.from({ length: 15 }, (_, n) => 100 + (n % 3))];
  expect(burst(crowded)?.count).toBeGreaterThanOrEqual(15);
  expect(burst([1, 1, 1, 1, 1])).toBeNull();
  let seed = 8;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const wrong = Array.from({ length: 1000 }, () => burst(Array.from({ length: 40 }, () => Math.floor(random() * 365)))).filter(Boolean);
  expect(wrong.length).toBeLessThanOrEqual(3);
});

it("reads each review of a shop once, with the shop's own marks", () => {
  const window = new Window();
  window.document.write(`<div class=r id=r1><b class=v>bought</b><p>First one here</p></div><div class=r id=r1><p>First one here</p></div><div class=r id=r2><p>Another text</p><time>2026-01-02</time></div>`);
  const source = { css: ".r", id: { attr: "id" }, verified: { css: ".v" }, text: { css: "p" }, date: { css: "time" } };
  const { reviews, marks } = readReviews(window.document as unknown as Document, "https://shop.example/p", [source], []);
  expect(marks).toBe(true);
  expect(reviews.map(({ text, verified, day }) => [text, verified, day])).toEqual([["First one here", true, null], ["Another text", false, 20455]]);
});
