import { placed } from "../../extension/src/panel/chart.ts";
import { width } from "../../extension/src/score.ts";

it("puts 0 at the foot and 100 at the head, and moments where they lie in time", () => {
  const [first, second, last] = placed([[1000, 0], [2000, 100], [5000, 50]]);
  expect(first).toEqual([4, 52]);
  expect(second).toEqual([82, 4]);
  expect(last).toEqual([316, 28]);
});

it("keeps moments that are the same in the box", () => {
  expect(placed([[7, 40], [7, 60]]).flat().every(Number.isFinite)).toBe(true);
});

it.each<[number, number, string]>([[60, 70, "close"], [60, 71, "fair"], [50, 70, "fair"], [50, 70.5, "wide"], [0, 100, "wide"]])(
  "a range from %d to %d is known %s",
  (low, high, word) => expect(width(low, high)).toBe(word),
);
