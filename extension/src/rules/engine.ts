/**
 * Reads the fields of a product page by compiled rules: the twin of scrapers/engine.py for what a
 * content script needs, judged by tests/vectors/rules.json. Reads the document, never changes it.
 */
import { jsonProducts, jsonValues, microProducts, microValues } from "./structured.ts";
import type { Context, Words } from "./registry.ts";
import { apply, clean, type Step } from "./transforms.ts";

/** One way to find a field; docs in scrapers/rules/schema.json. */
export interface Way {
  readonly css?: string;
  readonly jsonld?: string;
  readonly microdata?: string;
  readonly script?: string;
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

export interface Source {
  readonly way: number;
  readonly raw: string;
  readonly value: string;
}

/** What the address says, for ways that start from it. */
export type Addressed = Readonly<Record<string, unknown>> | null;

interface Reading {
  readonly document: Document;
  readonly url: string;
  readonly identity: Addressed;
  readonly picked: Map<string, Source>;
  scripts?: string;
}

export function extract(
  document: Document,
  url: string,
  { fields, words }: CompiledRules,
  identity: Addressed = null,
): { fields: Fields; sources: Record<string, readonly Source[]> } {
  const reading: Reading = { document, url, identity, picked: new Map() };
  let context: Context = { country: countryOf(url, words), currency: "", words };
  const sources: Record<string, readonly Source[]> = {};
  const contradicted: string[] = [];
  for (const [name, { to, agree, ways }] of Object.entries(fields)) {
    const answers: Source[][] = [];
    for (const [at, way] of ways.entries()) {
      const found = way.last && answers.length ? [] : answer(reading, way, at, to, context);
      if (found.length) answers.push(found);
    }
    const picked = answers[0]?.[0];
    if (!picked) continue;
    sources[name] = answers.flat();
    if (agree && answers.some(([other]) => other?.value !== picked.value)) contradicted.push(name);
    else reading.picked.set(name, picked);
    if (name === "currency") context = { ...context, currency: picked.value };
  }
  for (const name of contradicted) drop(reading.picked, name.slice(0, name.lastIndexOf(".") + 1));
  return { fields: nested(reading.picked), sources };
}

function drop(picked: Map<string, Source>, group: string): void {
  for (const name of picked.keys()) if (name.startsWith(group)) picked.delete(name);
}

function nested(picked: ReadonlyMap<string, Source>): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, { value }] of picked) {
    const [group = "", last] = name.split(".");
    if (last) fields[group] = { ...(fields[group] as object), [last]: value };
    else fields[group] = value;
  }
  return fields;
}

/** The candidates of one way, its answer first; none when it answers with two values. */
function answer(reading: Reading, way: Way, at: number, to: readonly Step[], context: Context): Source[] {
  const found = raws(reading, way).flatMap((raw) => {
    const value = apply(raw, way.to ?? to, context);
    return value === null ? [] : [{ way: at, raw: raw.slice(0, 500), value }];
  });
  const { pick } = way;
  if (pick === "first") return found;
  if (!pick) return new Set(found.map(({ value }) => value)).size > 1 ? [] : found;
  const sign = pick === "lowest" ? 1 : -1;
  return found.sort((a, b) => sign * (Number(a.value) - Number(b.value)));
}

function countryOf(url: string, { generic_domains }: Words): string {
  const last = new URL(url).hostname.replace(/\.$/, "").split(".").pop() ?? "";
  if (last.length !== 2 || generic_domains.includes(last)) return "";
  return last === "uk" ? "GB" : last.toUpperCase();
}

function raws(reading: Reading, way: Way): string[] {
  const { document, url, identity, picked } = reading;
  if (way.script) return [...scripts(reading).matchAll(new RegExp(way.script, "gi"))].map(captured);
  if (way.state) return embedded(scripts(reading), way.state).flatMap((value) => jsonValues(value, way.path ?? ""));
  const texts = ((): string[] => {
    if (way.css) return css(reading, way);
    if (way.jsonld) return jsonProducts(document, url).flatMap((node) => jsonValues(node, way.jsonld as string));
    if (way.microdata) return microProducts(document, url).flatMap((node) => microValues(node, way.microdata as string));
    const value = way.field ? picked.get(way.field)?.value : way.url === "url" ? url : identity?.[way.url as string];
    return value ? [String(value)] : [];
  })();
  if (!way.match) return texts;
  const pattern = new RegExp(way.match, "i");
  return texts.flatMap((text) => {
    const match = pattern.exec(clean(text));
    return match ? [captured(match)] : [];
  });
}

function captured(match: RegExpExecArray | RegExpMatchArray): string {
  return match.slice(1).find((group) => group !== undefined) ?? (match[0] as string);
}

function css({ document, picked }: Reading, way: Way): string[] {
  let isKnown = true;
  const selector = (way.css as string).replace(/\{([\w.]+)\}/g, (_, name: string) => {
    const value = picked.get(name)?.value ?? "";
    isKnown &&= /^[\w-]+$/.test(value);
    return value;
  });
  if (!isKnown) return [];
  let nodes = [...document.querySelectorAll(selector)];
  if (way.label) nodes = nodes.filter(isLabel(new RegExp(way.label, "i"))).flatMap((node) => node.nextElementSibling ?? []);
  if (way.outside) nodes = nodes.filter((node) => !node.closest(way.outside as string));
  if (way.first) nodes = nodes.slice(0, 1);
  if (way.in) nodes = nodes.flatMap((node) => [...node.querySelectorAll(way.in as string)]);
  if (way.attr) return nodes.flatMap((node) => node.getAttribute(way.attr as string) || []);
  return nodes.map((node) => (way.own ? ownText(node) : (node.textContent ?? "")));
}

function isLabel(pattern: RegExp): (node: Element) => boolean {
  return ({ textContent }) => textContent.length <= 400 && pattern.test(clean(textContent).replace(/[ :：]+$/, ""));
}

function ownText(node: Element): string {
  return [...node.childNodes].map((child) => (child.nodeType === 3 ? child.nodeValue : "")).join("");
}

function scripts(reading: Reading): string {
  const nodes = reading.document.querySelectorAll('script:not([src]):not([type*="ld+json"])');
  reading.scripts ??= [...nodes].map((node) => node.textContent).join("\n");
  return reading.scripts;
}

/** Each JSON object that stands right after a marker in the scripts. */
function embedded(text: string, marker: string): unknown[] {
  return [...text.matchAll(new RegExp(marker, "gi"))].flatMap((match) => {
    const start = match.index + match[0].length;
    try {
      return [JSON.parse(text.slice(start, start + objectLength(text.slice(start))))];
    } catch {
      return [];
    }
  });
}

/** Characters up to the brace that closes the first one; braces in strings do not count. */
function objectLength(text: string): number {
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (match[0] === "{") depth++;
    else if (match[0] === "}" && --depth === 0) return match.index + 1;
  }
  return 0;
}
