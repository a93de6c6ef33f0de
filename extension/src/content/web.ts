import web from "caveat:web";
import { anyListingKey, elsewhere } from "../web_identity.ts";

/** Independent shops: the generic rules, and the list of suffixes that tells one owner from another. */
const { table, rules, suffixes } = web;
globalThis.caveatShop = { table, rules, web: { elsewhere: elsewhere(table, suffixes), listingKey: anyListingKey } };
