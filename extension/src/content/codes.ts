import "../rules/product.ts";
import { productKeys } from "../lookup/keys.ts";
import type { Fields } from "../rules/engine.ts";

declare global {
  /** The keys of a product's own codes; put in place by content/codes.js, which runs before. */
  var caveatCodes: (fields: Fields) => string[];
}

globalThis.caveatCodes = productKeys;
