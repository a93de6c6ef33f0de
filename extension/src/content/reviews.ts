import data from "caveat:reviews";
import { identify } from "../identity.ts";
import { card, type ReviewCard } from "../reviews/card.ts";
import { readReviews } from "../reviews/read.ts";
import type {} from "./reconcile.ts";

declare global {
  /** What can be counted in the reviews of this page; comes into the page when the panel asks. */
  var caveatReviews: (() => ReviewCard) | undefined;
}

/** Latin and Cyrillic words count where a word begins. */
const beginning = (listed: string): RegExp => new RegExp(String.raw`(?<!(?![\u3040-\uffff])\p{L})(?:${listed})`, "iu");
const words = { before: beginning(data.words.before), given: beginning(data.words.given) };

globalThis.caveatReviews = () => {
  const { platform } = identify(location.href, globalThis.caveatShop.table);
  return card(readReviews(document, location.href, data.sources[platform ?? ""] ?? [], data.sources["generic"] ?? []), words);
};
