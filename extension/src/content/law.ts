import words from "caveat:law";
import { assess, type Assessment } from "../law/assess.ts";
import type { Law } from "../law/data.ts";
import { isPlatform } from "./recognise.ts";
import type {} from "./reconcile.ts";

declare global {
  /** Put in place by content/law.*.js, which runs before. */
  var caveatLaw: Law;
  /** What this page discloses; comes into the page when the panel asks. */
  var caveatAssess: (() => Assessment) | undefined;
}

globalThis.caveatAssess = () => assess(document, location.href, globalThis.caveatLaw, words, isPlatform(globalThis.caveatShop));
