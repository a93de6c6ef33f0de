/** Expressions of scrapers/disclosures, which are Python's, as JavaScript reads them. */

/** What Python's classes hold; the marks of a line (\x1e, \x1f) are white space there. */
const CLASSES: Readonly<Record<string, string>> = { w: "\\p{L}\\p{N}_", d: "\\p{Nd}", s: "\\s\\x1c-\\x1f\\x85" };
const WHOLE: readonly (readonly [string, string])[] = [
  ["[^\\W\\d_]", "\\p{L}"],
  ["[^\\W_]", "[\\p{L}\\p{N}]"],
  ["[\\W_]", "[^\\p{L}\\p{N}]"],
  ["(?P<", "(?<"],
];
/** A bound of a word is where letters of any script end: JavaScript's own knows only ASCII. */
const BOUND = "(?:(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_]))";
/** By flags and then by source: a page has thousands of lines, and each asks again. */
const known: Record<string, Map<string, RegExp>> = {};

export const GAP = String.raw`[\s.\-–/_]*`;

/** A compiled expression, global and by default without regard to case. */
export function pattern(source: string, flags = "i"): RegExp {
  const of = (known[flags] ??= new Map());
  let found = of.get(source);
  if (!found) {
    const [, own = "", rest = source] = /^\(\?(i)\)([^]*)$/.exec(source) ?? [];
    of.set(source, (found = new RegExp(translated(rest), [...new Set(`g${flags}${own}u`)].join(""))));
  }
  found.lastIndex = 0;
  return found;
}

export const fits = (source: string, text: string, flags?: string): boolean => pattern(source, flags).test(text);
export const first = (source: string, text: string, flags?: string): RegExpExecArray | null => pattern(source, flags).exec(text);
export const isWhole = (source: string, text: string, flags?: string): boolean => fits(`^(?:${source})$`, text, flags);

function translated(source: string): string {
  const text = WHOLE.reduce((now, [from, to]) => now.replaceAll(from, to), source);
  let inClass = false;
  return text.replace(/\\(.)|\[|\]/gsu, (part, escaped?: string) => {
    if (!escaped) {
      if (part === "[" && inClass) return "\\[";
      inClass = part === "[";
      return part;
    }
    const holds = CLASSES[escaped.toLowerCase()];
    if (holds) return escaped === escaped.toLowerCase() ? (inClass ? holds : `[${holds}]`) : `[^${holds}]`;
    if (escaped === "b") return BOUND;
    // Escapes that mean nothing are none in a Unicode expression.
    return /[\^$\\.*+?()[\]{}|/\-xpP0-9uknrtBDSW]/.test(escaped) && !(escaped === "-" && !inClass) ? part : escaped;
  });
}

export function escaped(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&");
}

/** One expression for labels written plainly: a blank stands for white space, dots, hyphens or nothing. */
export function labelled(labels: readonly string[]): string {
  const ordered = [...new Set(labels)].sort((a, b) => b.length - a.length);
  const joined = ordered.map((label) => label.split(/\s+/).map(escaped).join(GAP)).join("|");
  return String.raw`(?<![^\W_])(?:${joined})(?![^\W\d_])`;
}

/** Lower-case strings one of which stands in any text that holds a label. */
export function cues(labels: readonly string[]): string[] {
  return [...new Set(labels.map((label) => label.split(/\s+/).reduce((a, b) => (b.length > a.length ? b : a)).toLowerCase()))];
}

export const hasAny = (text: string, wanted: readonly string[]): boolean => wanted.some((cue) => text.includes(cue));

/** A function whose answer about the same thing is worked out once. */
export function once<K extends object, V>(work: (of: K) => V): (of: K) => V {
  const made = new WeakMap<K, V>();
  return (of) => {
    const found = made.get(of) ?? work(of);
    made.set(of, found);
    return found;
  };
}
