/** Markup about the product, JSON-LD and microdata: the twin of scrapers/structured.py. */
import type { Reading } from "./engine.ts";
import { jsonValues } from "./json.ts";
import { READERS } from "./registry.ts";
import { clean } from "./transforms.ts";

type Node = Record<string, unknown>;

const TYPES = /(?:^|\/)(?:Product|ProductGroup|ProductModel|IndividualProduct|SomeProducts|Vehicle|Car|Book)$/i;
const OTHERS = /\b(?:isRelatedTo|isSimilarTo|isAccessoryOrSparePartFor|itemListElement|isConsumableFor)\b/;
const CONTAINERS = ["@graph", "mainEntity", "mainEntityOfPage", "about"];
const LINKS: Readonly<Record<string, string>> = { A: "href", LINK: "href", IMG: "src" };

Object.assign(READERS, {
  jsonld: ({ document, url }: Reading, { jsonld = "" }) => jsonProducts(document, url).flatMap((node) => jsonValues(node, jsonld)),
  microdata: ({ document, url }: Reading, { microdata = "" }) => microProducts(document, url).flatMap((node) => microValues(node, microdata)),
} satisfies typeof READERS);

/** What each JSON-LD script of a page holds. */
export function jsonBlocks(document: Document): unknown[] {
  return [...document.querySelectorAll('script[type*="ld+json" i]')].map(({ textContent }) => parsed(textContent ?? ""));
}

export function jsonProducts(document: Document, url: string): Node[] {
  const found = jsonBlocks(document).flatMap((block) => nodes(block, 0));
  return own(found, (node) => String(node.name ?? ""), (node) => jsonValues(node, "url")[0], document, url);
}

/** The JSON of a script with the usual dirt undone. */
function parsed(text: string): unknown {
  const body = text
    .replace(/[\x00-\x1f\ufeff]+/g, " ")
    .replace(/^\s*(?:<!--|\/\*<!\[CDATA\[\*\/|\/\/\s*<!\[CDATA\[|<!\[CDATA\[)/, "")
    .trim()
    .replace(/(?:\s*(?:-->|\/\*\]\]>\*\/|(?:\/\/\s*)?\]\]>|;))+$/, "");
  for (const attempt of [body, body.replace(/,\s*([}\]])/g, "$1")]) {
    try {
      return JSON.parse(attempt);
    } catch {}
  }
  return null;
}

function nodes(value: unknown, depth: number): Node[] {
  if (depth > 6 || typeof value !== "object" || !value) return [];
  if (Array.isArray(value)) return value.flatMap((entry) => nodes(entry, depth + 1));
  const node = value as Node;
  if ([node["@type"]].flat().some((type) => typeof type === "string" && TYPES.test(type))) return [node];
  return CONTAINERS.flatMap((name) => nodes(node[name], depth + 1));
}

/** The page's own product among several: the one it links to itself as, or the one it is headed by. */
function own<T>(
  found: T[],
  nameOf: (node: T) => string,
  linkOf: (node: T) => string | undefined,
  document: Document,
  url: string,
): T[] {
  const names = found.map((node) => clean(nameOf(node)).toLowerCase());
  if (new Set(names).size < 2) return found;
  const path = pathOf(url, url);
  const linked = found.filter((node) => path && pathOf(linkOf(node) ?? "", "") === path);
  if (linked.length) return linked;
  for (const heading of headings(document)) {
    const named = found.filter((_, at) => names[at] && isSame(names[at] as string, heading));
    if (named.length) return named;
  }
  return [];
}

function pathOf(link: string, none: string): string {
  const match = /^(?:https?:)?(?:\/\/[^/?#]*)?([^?#]*)/i.exec(link);
  return (match?.[1] ?? none).replace(/\/+$/, "");
}

function headings(document: Document): string[] {
  const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
  return [
    ...all('meta[property="og:title"], meta[name="og:title"]').map((node) => node.getAttribute("content")),
    ...all("h1").slice(0, 3).map((node) => node.textContent),
    ...all("head > title").slice(0, 1).map((node) => node.textContent),
  ].flatMap((text) => clean(text ?? "").toLowerCase() || []);
}

function isSame(name: string, heading: string): boolean {
  return heading.includes(name) || (heading.length > 8 && name.includes(heading));
}

export function microProducts(document: Document, url: string): Element[] {
  const scopes = [...document.querySelectorAll('[itemscope][itemtype*="schema.org/Product" i]')];
  const found = scopes.filter((scope) => !OTHERS.test(scope.getAttribute("itemprop") ?? "") && !isInside(scope));
  const first = (name: string) => (scope: Element) => microValues(scope, name)[0];
  return own(found, (scope) => first("name")(scope) ?? "", first("url"), document, url);
}

function isInside(scope: Element): boolean {
  return !!scope.parentElement?.closest('[itemscope][itemtype*="schema.org/Product"], [itemscope][itemtype*="ItemList"]');
}

/** The texts of a dotted property path inside a microdata scope. */
export function microValues(scope: Element, path: string): string[] {
  const [step = "", ...rest] = path.split(".");
  const found = [...scope.querySelectorAll(`[itemprop~="${step}"]`)].filter(
    (node) => node.parentElement?.closest("[itemscope]") === scope,
  );
  if (!rest.length) return found.flatMap((node) => microText(node) || []);
  return found.filter((node) => node.hasAttribute("itemscope")).flatMap((node) => microValues(node, rest.join(".")));
}

function microText(node: Element): string {
  if (node.hasAttribute("itemscope")) return microValues(node, "name")[0] ?? "";
  const read = (name = ""): string | null => (name ? node.getAttribute(name) : null);
  return read("content") || read(LINKS[node.tagName]) || read("datetime") || read("value") || (node.textContent ?? "");
}
