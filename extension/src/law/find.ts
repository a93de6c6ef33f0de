/** Finds the items of a checklist on a prepared page, one finder per kind of way: the twin of find.py. */
import { jsonValues } from "../rules/json.ts";
import type { Check, Law, Way } from "./data.ts";
import { normalised } from "./digits.ts";
import { type Line, LINK, PIECE } from "./lines.ts";
import { cues, first, fits, hasAny, isWhole, labelled, once, pattern } from "./patterns.ts";
import type { Reading } from "./reading.ts";
import { bestOffer, companies, reviewStatement } from "./texts.ts";
import { ON_REQUEST } from "./requested.ts";
import { accepted, ended, LONGEST } from "./values.ts";

export type Value = string | number | boolean;

/** A place that answers an item; null where what stands there is wrong. */
export interface Hit {
  readonly value: Value | null;
  readonly line?: Line | undefined;
}

type Finder = (reading: Reading, check: Check, way: Way) => Hit[];

const COMPANY_REACH = 4;
const ADDRESS_LINES = 3;
const BRACKET = String.raw`(?:\s?[\(（][^\)）\n]{0,24}[\)）])?`;
const MARKS = "\x1f\x1e";
const CELLS = ["td", "th", "dt"];
const PRODUCT = "Product.";
const PARTS = ["streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry"];

/** Every place that answers an item, by its ways in order, markup last. */
export function hits(reading: Reading, check: Check): Hit[] {
  const found = check.find.flatMap((way) => (FINDERS[kindOf(way)] as Finder)(reading, check, way));
  return [...found, ...fromMarkup(reading, check)];
}

function kindOf(way: Way): string {
  return Object.keys(FINDERS).find((name) => way[name as keyof Way]) ?? "";
}

const linesOf = ({ trader, lines }: Reading, { place }: Check): readonly Line[] => (place === "trader" ? trader : lines);
const withCue = (reading: Reading, check: Check, wanted: readonly string[] = []): Line[] => linesOf(reading, check).filter(({ lower }) => hasAny(lower, wanted));
const following = ({ lines }: Reading, { at }: Line, count = 1): Line[] => lines.slice(at + 1, at + 1 + count) as Line[];

/** Where a value ends: at the next label of the checklist, or of a register number. */
const stops = once((law: Law): string => {
  const ours = labelled(law.items.flatMap(({ find }) => find.flatMap(({ labels = [] }) => labels)));
  const theirs = law.numbers.flatMap(({ labels }) => labels).filter((label) => label.length > 2);
  const numbered = theirs.length ? String.raw`|${labelled(theirs)}\W{0,5}[\dA-Z제]` : "";
  return String.raw`(?:^|[\s${MARKS}|,\/\(（·\-])(?:${ours}\.?${BRACKET}\s*[:：]${numbered})`;
});

const stop = ({ law }: Reading): RegExp => pattern(stops(law));

function byLabel(reading: Reading, check: Check, { labels = [] }: Way): Hit[] {
  const label = labelled(labels) + String.raw`\.?` + BRACKET;
  const withColon = String.raw`(?:^|[\s${MARKS}|·•,;\/\(（\[\d.])${label}[\s${MARKS}]*[:：](?<rest>.*)`;
  const alone = String.raw`(?:^|[${MARKS}|])\s*(?:\d{1,2}[.\)]\s*)?${label}\s*[:：]?\s*(?:[${MARKS}|](?<rest>.*)|$)`;
  return withCue(reading, check, cues(labels)).flatMap((line) => {
    const match = first(withColon, line.raw) ?? first(alone, line.raw);
    return match && !isLoose(match, check) ? afterLabel(reading, check, line, match.groups?.rest ?? "") : [];
  });
}

/** Whether a free text is only the end of a longer label, or a menu of links. */
function isLoose(match: RegExpExecArray, { value }: Check): boolean {
  if (value !== "text" && value !== "fact") return false;
  const end = match.index + match[0].length;
  const before = match[0].slice(0, 1);
  const between = match.input.slice(end - (match.groups?.rest ?? "").length - 1, end);
  return (/\s/.test(before) && before !== PIECE && before !== LINK) || between.startsWith(LINK);
}

/** What follows a label: on its line, else on the next. */
function afterLabel(reading: Reading, check: Check, line: Line, rest: string): Hit[] {
  if (rest.replace(/[ \x1e\x1f]/g, "")) return hit(fitting(reading, check, rest, line, stop(reading)), line);
  const [next] = following(reading, line);
  if (!next || !isLabelLine(line, check) || isLabel(reading, next)) return [];
  return hit(fitting(reading, check, next.raw, next, null), next);
}

const hit = (value: Value | null, line: Line): Hit[] => (value === null ? [] : [{ value, line }]);

function fitting(reading: Reading, check: Check, rest: string, line: Line, until: RegExp | null): Value | null {
  const { law, words } = reading;
  const text = ended(rest, check.value, until);
  if (check.on_request && law.on_request && fits(law.on_request, rest)) return ON_REQUEST;
  const value = accepted(text, check.value, words);
  if (value !== null || check.value !== "address" || !text) return value;
  const more = following(reading, line, ADDRESS_LINES - 1).map((after) => after.text);
  return more.length ? accepted([text, ...more].join(", ").slice(0, LONGEST), check.value, words) : null;
}

/** Whether a lone label has its value on the next line: a cell, a heading, a colon. Menus and filters look alike else. */
function isLabelLine({ node, text, heading }: Line, { value }: Check): boolean {
  const isCell = CELLS.includes(node.localName) || /[:：]$/.test(text);
  if (value === "name" || value === "person") return isCell;
  return isCell || heading || value === "phone" || value === "email" || value === "address";
}

function isLabel(reading: Reading, { text }: Line): boolean {
  const until = stop(reading);
  until.lastIndex = 0;
  return text.length < 30 && until.exec(`${text.replace(/[:： ]+$/, "")}:`)?.index === 0;
}

function byNumber({ numbers }: Reading, _: Check, { numbers: keys = [] }: Way): Hit[] {
  return numbers.filter(({ key }) => keys.includes(key)).map(({ value, line }) => ({ value, line }));
}

function byPattern(reading: Reading, check: Check, way: Way): Hit[] {
  const found = withCue(reading, check, way.cues).flatMap((line) => inLine(reading, check, way, line));
  return way.alone && new Set(found.map(({ value }) => value)).size > 1 ? [] : found;
}

function inLine(reading: Reading, check: Check, way: Way, line: Line): Hit[] {
  const text = way.lines ? [line, ...following(reading, line)].map(({ raw }) => raw).join("\n") : line.raw;
  const match = first(way.pattern as string, text, way.lines ? "" : "i");
  if (!match || match.index > line.raw.length) return [];
  const joined = (match[1] ?? "").replace(/\s*,?\s*\n\s*/g, ", ");
  return hit(accepted(ended(joined, check.value, stop(reading)), check.value, reading.words), line);
}

function bySaying(reading: Reading, check: Check, { says = "", cues: wanted, gives = true }: Way): Hit[] {
  return withCue(reading, check, wanted).filter(({ text }) => fits(says, text)).map((line) => ({ value: gives, line }));
}

/** Links of a kind; where the address carries a number it must be the printed one. */
function byLink(reading: Reading, _: Check, way: Way): Hit[] {
  return reading.links.filter(({ kind }) => kind === way.link).map(({ url }) => ({ value: way.number_in_link && !isSameNumber(reading, way, url) ? null : url }));
}

function isSameNumber({ law, numbers }: Reading, { number_in_link = "", same_as }: Way, url: string): boolean {
  const validator = law.numbers.find(({ key }) => key === same_as)?.validator ?? "";
  const match = first(number_in_link, url, "");
  const linked = match ? normalised(validator, match[1] as string) : null;
  const printed = numbers.filter(({ key }) => key === same_as).map(({ value }) => value);
  return linked !== null && (printed.length === 0 || printed.includes(linked));
}

function byTerms(reading: Reading, check: Check): Hit[] {
  const offer = bestOffer(linesOf(reading, check), reading.words);
  return offer ? [{ value: offer.days, line: offer.line }] : [];
}

/** The company named nearest to a register number; on a legal page the first of all. */
function byCompany({ trader, numbers, kinds, words }: Reading): Hit[] {
  const distance = ({ at }: Line): number => Math.min(COMPANY_REACH + 1, ...numbers.map(({ line }) => Math.abs(line.at - at)));
  const isLegal = kinds.has("imprint") || kinds.has("tokushoho");
  const near = trader.filter((line) => isLegal || distance(line) <= COMPANY_REACH).toSorted((a, b) => distance(a) - distance(b) || a.at - b.at);
  return near.flatMap((line) =>
    companies(line.text.slice(0, 400), words)
      // A label that is none of ours names another role: the host, the maker.
      .filter(({ name, start }) => accepted(name, "name", words) !== null && !/[:：]$/.test(line.text.slice(0, start).trimEnd()))
      .map(({ name }) => ({ value: name, line })),
  );
}

function byReview(reading: Reading, check: Check): Hit[] {
  const said = reviewStatement(linesOf(reading, check), reading.words);
  return said ? [{ value: said.gives, line: said.line }] : [];
}

const FINDERS: Readonly<Record<string, Finder>> = {
  labels: byLabel,
  numbers: byNumber,
  pattern: byPattern,
  says: bySaying,
  link: byLink,
  terms: byTerms,
  company: byCompany,
  review: byReview,
};

function fromMarkup({ shops, products, law, words }: Reading, check: Check): Hit[] {
  const found = (check.schema_org ?? []).flatMap((path) => {
    const [inner, nodes] = path.startsWith(PRODUCT) ? [path.slice(PRODUCT.length), products] : [path, shops];
    return nodes.flatMap((node) => texts(node, inner));
  });
  return found.flatMap((text): Hit[] => {
    if (check.value === "number") {
      const asked = law.numbers.filter(({ key }) => check.find.some(({ numbers }) => numbers?.includes(key)));
      return asked.flatMap((kind) => {
        const value = isWhole(kind.pattern, text.trim(), "") ? normalised(kind.validator, text) : null;
        return value ? [{ value }] : [];
      });
    }
    if (check.value === "days") return /^\d+$/.test(text) ? [{ value: Number(text) }] : [];
    const value = check.value === "link" || check.value === "text" ? text : accepted(text, check.value, words);
    return value ? [{ value }] : [];
  });
}

function texts(node: unknown, path: string): string[] {
  if (path !== "address") return jsonValues(node, path);
  const found = PARTS.flatMap((part) => jsonValues(node, `address.${part}`).slice(0, 1));
  return found.length ? [found.join(", ")] : jsonValues(node, "address");
}
