import { readFileSync } from "node:fs";

import { brandKey, gtin14s, modelKeys, type Named, productKeys } from "../../extension/src/lookup/keys.ts";

interface Vectors {
  gtin14s: { text: string; valid: string[]; invalid: string[] }[];
  brand_key: { text: string; key: string | null; traditional?: boolean }[];
  model_keys: { text: string; keys: string[] }[];
  product_keys: (Named & { keys: string[] })[];
}

const url = new URL("../vectors/keys.json", import.meta.url);
const vectors = JSON.parse(readFileSync(url, "utf8")) as Vectors;

test.each(vectors.gtin14s)("barcodes in $text", ({ text, valid, invalid }) => {
  expect(gtin14s(text)).toEqual({ valid, invalid });
});

// Traditional characters are read as simplified by Python alone.
test.each(vectors.brand_key.filter((one) => !one.traditional))("brand $text", ({ text, key }) => {
  expect(brandKey(text)).toBe(key);
});

test.each(vectors.model_keys)("models in $text", ({ text, keys }) => {
  expect(modelKeys(text)).toEqual(keys);
});

test.each(vectors.product_keys)("keys of a product: $keys", ({ keys, ...named }) => {
  expect(productKeys(named)).toEqual(keys);
});
