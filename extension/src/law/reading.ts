/** A page prepared for the finders: the twin of reading.py, numbers.py and links.py of scrapers/disclosures. */
import { clean } from "../rules/transforms.ts";
import { jsonBlocks, jsonProducts } from "../rules/structured.ts";
import type { Law, LawWords, NumberKind } from "./data.ts";
import { normalised } from "./digits.ts";
import { type Line, visibleLines } from "./lines.ts";
import { cues, first, fits, hasAny, isWhole, labelled, once, pattern } from "./patterns.ts";

/** Lines around a register number that belong to the same block about the trader. */
const NEAR = 8;
const SELLER_REACH = 40;
const LABEL = 60;
const EDGES = /^[ \t|›»>→·•:\-–[\]()]+|[ \t|›»>→·•:\-–[\]()]+$/g;
const FILLER = String.raw`\W{0,6}(?:(?:nr|no|n[°º]|num|number|nummer|numer|nº|is|ist|lautet|番号|번호|号码|code|id)\W{1,5})?`;
const DIGITS = String.raw`(?:\d[\s./A-Z-]{0,3}){4}`;
const ABOUT = String.raw`(?:business|company|seller|legal) information|impressum|mentions légales|note legali|aviso legal|사업자\s?정보|회사\s?정보|会社概要|特定商取引法?(?:に基づく|に関する)(?:表記|表示)|商家信息|公司信息`;
const ORGANISATION = /(?:^|\/)(?:Organization|OnlineBusiness|OnlineStore|Store|LocalBusiness|Corporation)$/;
const WITHIN = ["@graph", "publisher", "mainEntity", "about", "offers", "seller", "provider"];

export const TRADER_PAGES = ["imprint", "business_info", "tokushoho", "licence"];
export const TERMS_PAGES = ["terms", "withdrawal", "returns", "tokushoho", "shipping"];

/** A number on a page: null when it fails its check. */
export interface Found {
  readonly key: string;
  readonly value: string | null;
  readonly line: Line;
  readonly start: number;
  readonly end: number;
}

export interface LegalLink {
  readonly kind: string;
  readonly url: string;
  readonly text: string;
}

export interface Reading {
  readonly law: Law;
  readonly words: LawWords;
  readonly lines: readonly Line[];
  readonly numbers: readonly Found[];
  readonly links: readonly LegalLink[];
  /** Which legal pages this is. */
  readonly kinds: ReadonlySet<string>;
  /** Lines in which a trader may be named. */
  readonly trader: readonly Line[];
  /** Markup of organisations that publish or sell. */
  readonly shops: readonly unknown[];
  /** Markup of the product. */
  readonly products: readonly unknown[];
}

/** `isPlatform`: many sell here, so that parts of the page may speak of another seller than its operator. */
export function read(document: Document, url: string, law: Law, words: LawWords, isPlatform: boolean): Reading {
  const lines = visibleLines(document);
  const numbers = registerNumbers(lines, law.numbers);
  const kinds = pageKinds(document, url, words);
  const about = isPlatform ? sellerLines(lines, words) : new Set<number>();
  const trader = TRADER_PAGES.some((kind) => kinds.has(kind)) ? lines : traderLines(lines, numbers, about);
  const shops = jsonBlocks(document).flatMap((value) => organisations(value));
  return { law, words, lines, numbers, kinds, trader, shops, products: jsonProducts(document, url), links: legalLinks(document, url, words) };
}

function traderLines(lines: readonly Line[], numbers: readonly Found[], about: ReadonlySet<number>): Line[] {
  const isNear = (at: number): boolean => numbers.some(({ line }) => Math.abs(line.at - at) <= NEAR);
  const isTitled = (at: number): boolean => lines.slice(Math.max(0, at - NEAR), at).some(({ heading, text }) => heading && isWhole(ABOUT, text));
  return lines.filter(({ footer, at }) => footer || isNear(at) || about.has(at) || isTitled(at));
}

/** Lines under a heading about a marketplace's seller. */
function sellerLines(lines: readonly Line[], { seller_heading }: LawWords): Set<number> {
  const marked = new Set<number>();
  let left = 0;
  for (const { text, footer, heading, node, at } of lines) {
    if (text.length < SELLER_REACH && isWhole(seller_heading, text.replace(/[ :：]+$/, ""))) left = SELLER_REACH;
    else if (footer || (heading && /^h[1-6]$/.test(node.localName))) left = 0;
    else if (left-- > 0) marked.add(at);
  }
  return marked;
}

/** The register numbers of a page, right and wrong ones: of several readings the one whose check digit agrees is meant. */
function registerNumbers(lines: readonly Line[], kinds: readonly NumberKind[]): Found[] {
  const digits = lines.map(({ text }) => fits(DIGITS, text, ""));
  const counted = lines.filter(({ at, text }) => digits[at] || (text.length <= LABEL && digits[at + 1]));
  const whole = counted.map(({ lower }) => lower).join("\n");
  const asked = kinds.filter((kind) => hasAny(whole, cuesOf(kind)));
  return counted.flatMap((line) => {
    const after = lines[line.at + 1];
    const near = asked.filter((kind) => hasAny(line.lower, cuesOf(kind)));
    return settled(near.flatMap((kind) => inLine(kind, line, after)), kinds);
  });
}

const cuesOf = once(({ labels, cues: own = [] }: NumberKind): string[] => [...cues(labels), ...own]);

const expressions = once(({ labels, after = "", pattern: own }: NumberKind): { lead: string; body: string; both: string } => {
  const ways = [labels.length ? `${labelled(labels)}(?:${FILLER})` : "", after].filter(Boolean);
  const [lead, body] = [ways.join("|"), `(?<![0-9A-Za-z])((?-i:${own}))(?![0-9A-Za-z])`];
  return { lead, body, both: `(?:${lead})${body}` };
});

function inLine(kind: NumberKind, line: Line, after: Line | undefined): Found[] {
  if (kind.needs && !fits(kind.needs, line.text, "")) return [];
  const { lead, body, both } = expressions(kind);
  const isBare = !lead || kind.pattern_only;
  const matches = [...line.text.matchAll(isBare ? pattern(body, "d") : pattern(both, "id"))];
  const found = matches.map((match) => ofMatch(kind, match, line));
  if (found.length || !after || !lead || line.text.length > LABEL) return found;
  const joined = first(`^${both}`, `${line.text} ${after.text}`.slice(0, 200), "id");
  const inside = first(`^(?:${body})`, after.text, "d");
  const starts = joined?.indices?.[1]?.[0] ?? -1;
  return inside && starts >= line.text.length ? [ofMatch(kind, inside, after)] : found;
}

function ofMatch({ key, validator }: NumberKind, match: RegExpExecArray, line: Line): Found {
  const [start, end] = match.indices?.[1] ?? [0, 0];
  return { key, value: normalised(validator, match[1] as string), line, start, end };
}

/** Drops readings of the same characters that another reading explains better. */
function settled(found: readonly Found[], kinds: readonly NumberKind[]): Found[] {
  return found.filter((one) => {
    const rivals = found.filter((other) => other !== one && other.value !== null && other.start < one.end && one.start < other.end);
    const isAmbiguous = kinds.some(({ key, ambiguous }) => key === one.key && ambiguous);
    if (one.value === null && (rivals.length || isAmbiguous)) return false;
    return !rivals.some((other) => other.end - other.start > one.end - one.start);
  });
}

function legalLinks(document: Document, url: string, words: LawWords): LegalLink[] {
  const found = new Map<string, LegalLink>();
  for (const node of document.querySelectorAll<HTMLElement>("a[href], area[href]")) {
    const href = (node.getAttribute("href") ?? "").trim();
    if (!href || href.startsWith("#") || !URL.canParse(href, document.baseURI || url)) continue;
    const target = new URL(href, document.baseURI || url);
    const text = textOf(node);
    const kind = /^https?:$/.test(target.protocol) ? kindOf(text, target, words) : undefined;
    const name = `${kind} ${target.href}`;
    if (kind && !found.has(name)) found.set(name, { kind, url: target.href, text });
  }
  const order = words.links.map(({ kind }) => kind);
  return [...found.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function textOf(node: Element): string {
  const text = clean((node.textContent ?? "").slice(0, 400));
  const others = [node.getAttribute("aria-label"), node.getAttribute("title"), node.querySelector("img[alt]")?.getAttribute("alt")];
  return (text || others.map((each) => clean(each ?? "")).find(Boolean) || "").slice(0, 80);
}

/** The kind of a link: by its words, else by where it leads. */
function kindOf(text: string, { hostname, pathname }: URL, { links }: LawWords): string | undefined {
  const plain = text.replace(EDGES, "");
  const hosted = links.find(({ host, text: worded, path }) => host && fits(`(?:^|\\.)(?:${host})$`, hostname) && (worded || (path && fits(path, pathname))));
  const worded = links.find(({ text: words }) => words && isWhole(words, plain));
  const led = links.find(({ path, host }) => path && !host && fits(path, pathname));
  return (hosted ?? worded ?? (plain ? undefined : led))?.kind;
}

/** Which legal pages a page says it is: by its headings, title or address. */
function pageKinds(document: Document, url: string, { links }: LawWords): Set<string> {
  const path = new URL(url).pathname;
  const nodes = [...document.querySelectorAll("h1")].slice(0, 3).map((node) => node.textContent);
  const named = [document.querySelector('meta[property="og:title"]')?.getAttribute("content"), ...nodes, document.querySelector("title")?.textContent];
  const whole = named.map((each) => clean(each ?? "").toLowerCase()).filter(Boolean).map((each) => each.replace(EDGES, ""));
  const texts = [...whole, ...whole.flatMap((each) => each.split(/\s[|–—·-]\s|\s*[|:：]\s*/)).map((part) => part.trim())];
  const fitting = links.filter(({ text, path: at, host }) => (at && !host && fits(at, path)) || (text && texts.some((each) => isWhole(text, each))));
  return new Set(fitting.map(({ kind }) => kind));
}

function organisations(value: unknown, depth = 0): unknown[] {
  if (depth > 5 || typeof value !== "object" || !value) return [];
  if (Array.isArray(value)) return value.flatMap((entry) => organisations(entry, depth + 1));
  const node = value as Record<string, unknown>;
  const isOne = [node["@type"]].flat().some((type) => ORGANISATION.test(String(type)));
  return [...(isOne ? [node] : []), ...WITHIN.flatMap((name) => organisations(node[name], depth + 1))];
}
