import web from "caveat:web";
import { domainIn } from "../web_identity.ts";

/** Independent shops: the generic rules, and the list of suffixes that tells one owner from another. */
const { table, rules, suffixes } = web;
globalThis.caveatShop = { table, rules, domainOf: domainIn(suffixes) };
