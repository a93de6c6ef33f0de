import "../rules/product.ts";
import { productKeys } from "../lookup/keys.ts";
import type { Fields } from "../rules/engine.ts";

declare global {
  /** The keys of a product's own codes; put in place by content/codes.js, which runs before where pages say such codes. */
  var caveatCodes: ((fields: Fields) => string[]) | undefined;
}

globalThis.caveatCodes = productKeys;
