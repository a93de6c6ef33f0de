import { bestLocale } from "../../extension/src/languages.ts";
import { body, hint, missing, rejected, wrong } from "../../extension/src/pages/check.ts";
import type { Field, Form as FieldFile } from "../../extension/src/pages/fields.ts";
import { originOf } from "../../extension/src/pages/origin.ts";
import { type Reason, strongest } from "../../extension/src/score.ts";

const file: FieldFile = {
  version: "1",
  fields: [
    { id: "what", type: "long_text", required: true, personal: true, max: 10 },
    { id: "paid", type: "money", required: false, personal: false },
    { id: "agreed", type: "consent", required: true, personal: false },
    { id: "mail", type: "email", required: false, personal: true },
    { id: "phone", type: "phone", required: false, personal: true },
  ],
  one_of: [["mail", "phone"]],
};

it("names what is missing: each required field, and groups of which one is enough", () => {
  expect(missing(file, {})).toEqual([["what"], ["agreed"], ["mail", "phone"]]);
  expect(missing(file, { what: "  ", agreed: false, phone: "1" })).toEqual([["what"], ["agreed"]]);
  expect(missing(file, { what: "x", agreed: true, mail: "a@b.example" })).toEqual([]);
});

it("says of each field whether it may stay empty, and of a group that one is needed", () => {
  const hints = Object.fromEntries(file.fields.map((each) => [each.id, hint(file, each)]));
  const one = "complaint.one_of";
  expect(hints).toEqual({ what: "", paid: "complaint.optional", agreed: "", mail: one, phone: one });
});

it("sends known fields only, trimmed, without blanks, amounts with a point", () => {
  const answers = { what: " x ", paid: "19,90", agreed: true, mail: "", stranger: "y" };
  expect(body(file, answers)).toEqual({ what: "x", paid: "19.90", agreed: true });
});

const field = (type: Field["type"], max?: number): Field => ({ id: "f", type, required: false, personal: false, ...(max ? { max } : {}) });

it.each<[string | null, Field, string]>([
  [null, field("email"), "jo@example.org"],
  ["complaint.wrong.email", field("email"), "jo at example"],
  ["complaint.wrong.phone", field("phone"), "call me"],
  [null, field("phone"), "+351 21 000 0000"],
  ["complaint.wrong.money", field("money"), "nineteen"],
  [null, field("money"), "19,90"],
  ["complaint.wrong.url", field("url"), "shop.example"],
  ["complaint.wrong.date", field("date"), "2026-12-01"],
  [null, field("date"), "2026-11-21"],
  ["complaint.wrong.too_long", field("text", 3), "four"],
  [null, field("email"), ""],
])("says %s of a field %o with %j", (key, of, answer) => {
  expect(wrong(of, answer, "2026-11-21")).toBe(key);
});

it("reads a problem document field by field, and any other body as none", () => {
  expect(rejected({ errors: [{ pointer: "#/mail", detail: "is wrong" }] })).toEqual({ mail: "is wrong" });
  expect(rejected({ title: "?" })).toEqual({});
  expect(rejected(null)).toEqual({});
});

it("takes the language a person reads, by script before language", () => {
  const known = ["en", "ko", "zh-Hans"];
  expect(bestLocale(["ko-KR"], known)).toBe("ko");
  expect(bestLocale(["zh-CN"], known)).toBe("zh-Hans");
  expect(bestLocale(["fr", "ko"], known)).toBe("ko");
  expect(bestLocale(["fr"], known)).toBe("en");
  expect(bestLocale(["zh-TW"], [...known, "zh-Hant"])).toBe("zh-Hant");
});

it.each([
  ["https://shop.example/p/1?x=2", "https://shop.example/*"],
  ["shop.example", "https://shop.example/*"],
  ["http://lantern.localhost:8765/demo", "http://lantern.localhost/*"],
  ["http://shop.example", null],
  ["localhost", null],
  ["javascript:alert(1)", null],
  ["", null],
])("asks for one origin: %s", (address, origin) => {
  expect(originOf(address)).toBe(origin);
});

it("shows what moved a score most, for and against, and never the starting point", () => {
  const reason = (code: string, points: number, family = "reviews"): Reason => ({ code, family, points, numbers: {}, evidence: [], latest: null });
  const all = [reason("base", 60, "base"), reason("a", 1), reason("b", -9), reason("c", 4)];
  expect(strongest(all, 2).map(({ code }) => code)).toEqual(["b", "c"]);
});
