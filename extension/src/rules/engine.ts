/**
 * Reads the fields of a product page by compiled rules: the twin of scrapers/engine.py for what a
 * content script needs, judged by tests/vectors/rules.json. Reads the document, never changes it.
 */
import { captured } from "./captured.ts";
import { type Context, type Reader, READERS, type Words } from "./registry.ts";
import { apply, clean, type Step } from "./transforms.ts";

const ELEMENT = 1;
const TEXT = 3;
/** Characters between a label and its value. */
const LABEL_END = /[ :：–-]+$/;

/** One way to find a field; docs in scrapers/rules/schema.json. */
export interface Way {
  readonly css?: string;
  readonly jsonld?: string;
  readonly microdata?: string;
  readonly script?: string;
  readonly code?: boolean;
  readonly state?: string;
  readonly url?: string;
  readonly field?: string;
  readonly path?: string;
  readonly in?: string;
  readonly outside?: string;
  readonly label?: string;
  readonly attr?: string;
  readonly match?: string;
  readonly first?: boolean;
  readonly last?: boolean;
  readonly in_url?: boolean;
  readonly own?: boolean;
  readonly pick?: "first" | "lowest" | "highest";
  readonly to?: readonly Step[];
}

export interface CompiledRules {
  readonly fields: Readonly<Record<string, { to: readonly Step[]; agree?: boolean; ways: readonly Way[] }>>;
  readonly words: Words;
}

export interface Fields {
  item_id?: string;
  title?: string;
  currency?: string;
  price?: string;
  brand?: string;
  gtin?: string;
  model?: string;
  seller?: { id?: string; name?: string };
}

/** What the address says, for ways that start from it. */
export type Addressed = Readonly<Record<string, unknown>> | null;

export interface Reading {
  readonly document: Document;
  readonly url: string;
  readonly identity: Addressed;
  readonly picked: Map<string, string>;
  /** How far the page has come while it loads, null for a whole page: what holds this place may be cut off there. */
  readonly end: Node | null;
  /** The inline scripts, joined when first asked for. */
  scripts?: string;
}

export function extract(
  document: Document,
  url: string,
  { fields, words }: CompiledRules,
  identity: Addressed = null,
): Fields {
  const reading: Reading = { document, url, identity, picked: new Map(), end: endOf(document) };
  let context: Context = { url, currency: "", words };
  const contradicted: string[] = [];
  for (const [name, { to, agree, ways }] of Object.entries(fields)) {
    const answers: string[] = [];
    for (const way of ways) {
      const found = way.last && answers.length ? null : answer(reading, way, to, context);
      if (found !== null) answers.push(found);
    }
    const [picked] = answers;
    if (picked === undefined) continue;
    if (agree && answers.some((other) => other !== picked)) contradicted.push(name);
    else reading.picked.set(name, picked);
    if (name === "currency") context = { ...context, currency: picked };
  }
  for (const name of contradicted) drop(reading.picked, name.slice(0, name.lastIndexOf(".") + 1));
  return nested(reading.picked);
}

function drop(picked: Map<string, string>, group: string): void {
  for (const name of picked.keys()) if (name.startsWith(group)) picked.delete(name);
}

function nested(picked: ReadonlyMap<string, string>): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of picked) {
    const [group = "", last] = name.split(".");
    if (last) fields[group] = { ...(fields[group] as object), [last]: value };
    else fields[group] = value;
  }
  return fields;
}

/** What one way answers; null when it answers with two values. */
function answer(reading: Reading, way: Way, to: readonly Step[], context: Context): string | null {
  const values = raws(reading, way).flatMap((raw) => apply(raw, way.to ?? to, context) ?? []);
  const found = way.in_url ? values.filter((value) => isIn(value, reading.url)) : values;
  const { pick } = way;
  if (pick === "lowest" || pick === "highest") {
    const sign = pick === "lowest" ? 1 : -1;
    found.sort((a, b) => sign * (Number(a) - Number(b)));
  } else if (!pick && new Set(found).size > 1) return null;
  return found[0] ?? null;
}

/** Whether an address has a value as a word of its own; letters may stand before a number. */
function isIn(value: string, url: string): boolean {
  const before = /^\d+$/.test(value) ? "0-9" : "a-z0-9";
  const word = value.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  return new RegExp(`(?:^|[^${before}])${word}(?![a-z0-9])`, "i").test(url);
}

function raws(reading: Reading, way: Way): string[] {
  const kind = Object.keys(READERS).find((each) => each in way);
  const texts = kind ? (READERS[kind] as Reader)(reading, way) : way.css ? css(reading, way) : known(reading, way);
  if (!way.match) return texts;
  const pattern = new RegExp(way.match, "i");
  return texts.flatMap((text) => {
    const match = pattern.exec(clean(text));
    return match ? [captured(match)] : [];
  });
}

/** What the address says, or a field that was read before. */
function known({ url, identity, picked }: Reading, { field, url: name }: Way): string[] {
  const value = field ? picked.get(field) : name === "url" ? url : identity?.[name ?? ""];
  return value ? [String(value)] : [];
}

/** The last node of a page that is still being loaded. */
export function endOf(document: Document): Node | null {
  if (document.readyState !== "loading") return null;
  let last: Node = document;
  while (last.lastChild) last = last.lastChild;
  return last;
}

function css({ document, picked, end }: Reading, way: Way): string[] {
  let isKnown = true;
  const selector = (way.css as string).replace(/\{([\w.]+)\}/g, (_, name: string) => {
    const value = picked.get(name) ?? "";
    isKnown &&= /^[\w-]+$/.test(value);
    return value;
  });
  if (!isKnown) return [];
  let nodes: Node[] = [...document.querySelectorAll(selector)].filter((node) => !node.contains(end));
  if (way.label) nodes = nodes.filter(isLabel(new RegExp(way.label, "i"))).flatMap((node) => following(node) ?? []);
  if (way.outside) nodes = nodes.filter((node) => !element(node)?.closest(way.outside as string));
  if (way.first) nodes = nodes.slice(0, 1);
  if (way.in) nodes = nodes.flatMap((node) => [...(element(node)?.querySelectorAll(way.in as string) ?? [])]);
  if (way.attr) return nodes.flatMap((node) => (node as Element).getAttribute?.(way.attr as string) || []);
  return nodes.map((node) => (way.own ? ownText(node) : (node.textContent ?? "")));
}

function isLabel(pattern: RegExp): (node: Node) => boolean {
  return ({ textContent }) => {
    const text = textContent ?? "";
    return text.length <= 400 && pattern.test(clean(text).replace(LABEL_END, ""));
  };
}

/** The element or the text right after a label. */
function following(label: Node): Node | null {
  let after = label.nextSibling;
  while (after && after.nodeType !== ELEMENT && !(after.nodeType === TEXT && clean(after.nodeValue ?? "").replace(LABEL_END, ""))) {
    after = after.nextSibling;
  }
  return after;
}

/** The element that a node is or stands in. */
function element(node: Node): Element | null {
  return node.nodeType === ELEMENT ? (node as Element) : node.parentElement;
}

function ownText(node: Node): string {
  return [...node.childNodes].map((child) => (child.nodeType === TEXT ? child.nodeValue : "")).join("");
}
