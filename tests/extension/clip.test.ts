import { fit } from "../../extension/src/pages/fit.ts";
import { clip, plainName } from "../../extension/src/clip.ts";
import type { Form as FieldFile } from "../../extension/src/pages/fields.ts";

const LANTERN = "\u{1F3EE}";
const OVERRIDE = "\u202E";

it("counts code points, as the desk does, and splits none", () => {
  expect(clip(LANTERN.repeat(7), 5)).toBe(LANTERN.repeat(5));
  expect(clip(`a${LANTERN.repeat(7)}`, 5)).toBe(`a${LANTERN.repeat(4)}`);
  expect(clip("short", 5)).toBe("short");
});

it("keeps a name to a length, and to its own direction", () => {
  expect(plainName("Lantern & Wick")).toBe("Lantern & Wick");
  expect(plainName("등불".repeat(60))).toBe("등불".repeat(60));
  expect([...plainName(LANTERN.repeat(5000))]).toEqual([...LANTERN.repeat(119), "…"]);
  expect(plainName(`${OVERRIDE}drawkcab\u2066 eht\u200F \u061Cpohs`)).toBe("drawkcab eht pohs");
});

const file: FieldFile = {
  version: "1",
  fields: [
    { id: "product_title", type: "text", required: false, personal: false, max: 5, from_page: true },
    { id: "merchant_key", type: "text", required: false, personal: false, max: 5, from_page: true },
    { id: "amount", type: "money", required: true, personal: false, from_page: true },
  ],
  one_of: [],
};

it("fits what a page says to the desk's fields, and leaves out a key rather than name another seller", () => {
  const answers = { product_title: `${OVERRIDE}${LANTERN.repeat(9)}`, merchant_key: "shop:1", amount: "19.90" };
  expect(fit(file, answers)).toEqual({ product_title: LANTERN.repeat(5), amount: "19.90" });
  expect(fit(file, { product_title: "Cup", merchant_key: "shop1" })).toEqual({ product_title: "Cup", merchant_key: "shop1" });
});
