/** What a page shows, line by line: the twin of scrapers/disclosures/lines.py over a living document. */
import { clean } from "../rules/transforms.ts";

/** Stands in a line where an inline element begins or ends. */
export const PIECE = "\x1f";
/** Stands in a line around the text of a link or button. */
export const LINK = "\x1e";

const MOST = 60_000;
const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const INLINE = words("a b i em strong span font small u s sup sub abbr label bdi bdo cite code data time mark q ins del wbr img input button var kbd samp dfn big tt picture svg");
const SILENT = words("script style svg select option datalist template noscript noframes noembed iframe textarea title xmp plaintext");
const HEADINGS = words("h1 h2 h3 h4 h5 h6 dt th caption legend summary");
const FOOTER = /(?:^|[^a-z])(?:foot(?:er)?|imprint|impressum|legal|copyright|company[-_]?info|bizinfo|colophon)(?:$|[^a-z])/i;

/** `raw` still has its PIECE and LINK marks; `node` is the element that holds the line's first characters. */
export interface Line {
  readonly raw: string;
  readonly text: string;
  readonly lower: string;
  readonly node: Element;
  readonly footer: boolean;
  readonly heading: boolean;
  /** Its place among the lines. */
  readonly at: number;
}

export function visibleLines(document: Document): Line[] {
  const lines: Line[] = [];
  let [parts, start, block]: [string[], Element | null, Element | null] = [[], null, null];
  const close = (): void => {
    const joined = parts.join("");
    const text = clean(joined.replace(/[\x1e\x1f]/g, " "));
    if (start && text) {
      const heading = HEADINGS.has(holderOf(start).block.localName);
      lines.push({ raw: tidy(joined), text, lower: text.toLowerCase(), node: start, footer: isFooter(start), heading, at: lines.length });
    }
    [parts, start] = [[], null];
  };
  const walker = document.createTreeWalker(document.documentElement, NODES.ELEMENT | NODES.TEXT);
  for (let node = walker.nextNode(); node && lines.length < MOST; node = walker.nextNode()) {
    if (node.nodeType === ELEMENT_NODE) {
      const element = node as Element;
      if (element.localName === "br") close();
      const alt = element.localName === "img" && element.getAttribute("alt");
      if (alt && parts.length) parts.push(LINK, alt, LINK);
      continue;
    }
    const parent = node.parentElement;
    if (!parent || SILENT.has(parent.localName)) continue;
    const holder = holderOf(parent);
    if (holder.block !== block) close();
    block = holder.block;
    const text = node.nodeValue ?? "";
    if (!text.trim()) {
      parts.push(" ");
      continue;
    }
    start ??= parent;
    const mark = INLINE.has(parent.localName) ? (holder.linked ? LINK : PIECE) : "";
    parts.push(mark, text, mark);
  }
  close();
  return lines;
}

/** Numbers of the standard, which not every window knows by name. */
const NODES = { ELEMENT: 1, TEXT: 4 };
const ELEMENT_NODE = 1;

/** The closest element that starts a line of its own, and whether a link or button lies between. */
function holderOf(node: Element): { block: Element; linked: boolean } {
  let [block, linked] = [node, false];
  while (INLINE.has(block.localName) && block.parentElement) {
    linked ||= block.localName === "a" || block.localName === "button";
    block = block.parentElement;
  }
  return { block, linked };
}

function isFooter(node: Element): boolean {
  for (let each: Element | null = node; each; each = each.parentElement) {
    const { localName } = each;
    if (localName === "footer" || localName === "address") return true;
    if (localName === "body" || localName === "html") continue;
    if (FOOTER.test(`${each.id} ${each.getAttribute("class") ?? ""}`.slice(0, 200))) return true;
  }
  return false;
}

/** Collapses white space around the marks, and the marks themselves where nothing is between. */
function tidy(joined: string): string {
  return joined
    .replace(/(?:(?![\x1e\x1f])[\s\x1c\x1d\x85])+/g, " ")
    .replace(/ ?(?:[\x1e\x1f] ?)*\x1e(?: ?[\x1e\x1f])* ?/g, LINK)
    .replace(/ ?\x1f(?: ?\x1f)* ?/g, PIECE)
    .replace(/^[ \x1e\x1f]+|[ \x1e\x1f]+$/g, "");
}
