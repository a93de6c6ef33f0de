/** The reviews that a page shows, by the `reviews` of scrapers/rules or by markup; who wrote them is not read. */
import { jsonValues } from "../rules/json.ts";
import { jsonProducts, microProducts, microValues } from "../rules/structured.ts";
import { clean } from "../rules/transforms.ts";

/** One part of a review: where it stands and what of its text counts. */
interface Part {
  readonly css?: string;
  readonly attr?: string;
  readonly match?: string;
}

/** scrapers/rules/schema.json says what each of these means. */
export type Source = Readonly<Partial<Record<"id" | "date" | "verified" | "incentivised" | "after" | "text", Part>>> & { readonly css: string };

export interface Review {
  readonly text: string;
  /** Days since 1970; null for a date that is absent or could be read in two ways. */
  readonly day: number | null;
  readonly verified: boolean;
  /** The shop marks it as written for a gift, or as continued after use. */
  readonly given: boolean;
  readonly after: boolean;
}

export interface Read {
  readonly reviews: readonly Review[];
  /** Whether this shop's pages mark which reviews come from buyers. */
  readonly marks: boolean;
}

const MOST = 200;
const LONGEST = 5000;
const DAY = 86_400_000;

/** Of the platform's own sources, of markup, else of the usual ones: the first that finds any. */
export function readReviews(document: Document, url: string, own: readonly Source[], usual: readonly Source[]): Read {
  return byRule(document, own) ?? inMarkup(document, url) ?? byRule(document, usual) ?? { reviews: [], marks: false };
}

function byRule(document: Document, sources: readonly Source[]): Read | null {
  for (const source of sources) {
    const places = [...document.querySelectorAll(source.css)].slice(0, MOST);
    const seen = new Set<string>();
    const reviews = places.flatMap((place) => {
      const said = (name: Exclude<keyof Source, "css">): string => partOf(place, source[name] as Part | undefined);
      const id = said("id");
      if (id && seen.has(id)) return [];
      seen.add(id);
      return [{ text: said("text"), day: dayOf(said("date")), verified: !!said("verified"), given: !!said("incentivised"), after: !!said("after") }];
    });
    if (reviews.some(({ text, day }) => text || day !== null)) return { reviews, marks: !!source.verified };
  }
  return null;
}

/** An icon or a badge says what it says without words. */
function partOf(place: Element, part: Part | undefined): string {
  if (!part) return "";
  for (const node of part.css ? place.querySelectorAll(part.css) : [place]) {
    const text = clean((part.attr ? node.getAttribute(part.attr) : node.textContent || node.getAttribute("aria-label") || "*") ?? "").slice(0, LONGEST);
    const match = part.match ? new RegExp(part.match, "i").exec(text) : [text];
    if (text && match) return match[1] ?? match[0] ?? "";
  }
  return "";
}

function inMarkup(document: Document, url: string): Read | null {
  const nodes = jsonProducts(document, url).flatMap(({ review, reviews }) => [review, reviews].flat().filter((each) => typeof each === "object" && each));
  const scopes = microProducts(document, url).flatMap((product) => [...product.querySelectorAll('[itemprop~="review"][itemscope], [itemprop~="reviews"][itemscope]')]);
  const read = nodes.length
    ? nodes.map((node) => (paths: string[]) => paths.flatMap((path) => jsonValues(node, path))[0] ?? "")
    : scopes.map((scope) => (paths: string[]) => paths.flatMap((path) => microValues(scope, path))[0] ?? "");
  const reviews = read.slice(0, MOST).map((value) => ({
    text: clean(value(["reviewBody", "description"])).slice(0, LONGEST),
    day: dayOf(value(["datePublished", "dateCreated"])),
    verified: false,
    given: false,
    after: false,
  }));
  return reviews.length ? { reviews, marks: false } : null;
}

/** Year, month and day in this order, or a month in English words; 03/04/2026 could be two days. */
export function dayOf(text: string): number | null {
  const [, year, month, day] = /(\d{4})\s*[-./年년]\s*(\d{1,2})\s*[-./月월]\s*(\d{1,2})/.exec(text) ?? [];
  if (year) return Math.floor(Date.UTC(Number(year), Number(month) - 1, Number(day)) / DAY);
  const [words] = /[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}|\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}/.exec(text) ?? [];
  const moment = words ? Date.parse(`${words} UTC`) : NaN;
  return Number.isNaN(moment) ? null : Math.floor(moment / DAY);
}
