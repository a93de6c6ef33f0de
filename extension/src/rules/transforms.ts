/**
 * The transforms that find a seller; with money.ts, product.ts and embedded.ts the twin of scrapers/transforms.py,
 * judged by tests/vectors/transforms.json. A value that could be read in two ways is no value.
 */
import { type Context, TRANSFORMS } from "./registry.ts";

export type Step = string | Readonly<Record<string, string | boolean>>;

Object.assign(TRANSFORMS, {
  text: (text: string) => clean(text) || null,
  unescape: (text: string) => text.replace(/&#?\w{1,31};/g, entity),
  lower: (text: string) => text.toLowerCase(),
  token: (text: string) => ([...text].length <= 64 && text.split(" ").length <= 5 ? text : null),
});

/** White space as one blank, none at the ends; direction marks and zero-width spaces are white space. */
export function clean(text: string): string {
  return text.replace(/[\s\u0085\u001c-\u001f\u200b\u200e\u200f\ufeff]+/g, " ").replace(/^ | $/g, "");
}

function entity(text: string): string {
  return new DOMParser().parseFromString(text, "text/html").documentElement.textContent ?? text;
}

/**
 * Runs a value through the steps of a way; a table turns listed values, drops others unless it has "*".
 * A step that no script has brought yet gives nothing: nobody here needs that field.
 */
export function apply(text: string, steps: readonly Step[], context: Context): string | null {
  let current: string | null = text;
  for (const step of steps) {
    const found: unknown = typeof step === "object" ? (step[current] ?? step["*"]) : TRANSFORMS[step]?.(current, context);
    if (found === undefined || found === null) return null;
    current = String(found);
  }
  return current;
}
