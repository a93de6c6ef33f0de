import { anyListingKey, elsewhere, type Suffixes } from "../web_identity.ts";
import type { SharedRules } from "./types.ts";

declare global {
  /** Put in place by content/rules.js and content/suffixes.js, which run before. */
  var caveatRules: SharedRules;
  var caveatSuffixes: Suffixes;
}

/** Independent shops: the rules that all shops share, and the list of suffixes that tells one owner from another. */
const { caveatRules: rules, caveatSuffixes: suffixes } = globalThis;
const table = { tracking: rules.tracking, platforms: {} };
globalThis.caveatShop = { table, rules, web: { elsewhere: elsewhere(table, suffixes), listingKey: anyListingKey } };
