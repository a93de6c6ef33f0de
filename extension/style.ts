/** Prepares style sheets for bundling as text. */
import { transformSync } from "esbuild";

/**
 * A sheet behind the tokens that it uses and does not define, without comments and blanks: inside a script nobody reads it.
 *
 * @param present a sheet that stands before it, whose tokens are there already
 */
export function styled(tokens: string, sheet: string, present = ""): string {
  const defined = new Set([...(present + sheet).matchAll(/(--[\w-]+):/g)].map(([, name]) => name as string));
  return packed(withoutEmpty(usedTokens(plain(tokens), sheet, defined)) + sheet);
}

/** A page is shown one badge: it does not pay for the tokens of whole pages. */
function usedTokens(tokens: string, sheet: string, present: ReadonlySet<string>): string {
  const used = names(sheet);
  for (let known = -1; known !== used.size; ) {
    known = used.size;
    for (const [, name, value] of tokens.matchAll(/(--[\w-]+):([^;]*);/g)) {
      if (used.has(name as string)) for (const each of names(value as string)) used.add(each);
    }
  }
  return tokens.replaceAll(/ *(--[\w-]+):[^;]*;\n/g, (line, name: string) => (used.has(name) && !present.has(name) ? line : ""));
}

/** Blocks whose tokens nobody uses, and those for paper: nothing of ours is printed with a page. */
function withoutEmpty(tokens: string): string {
  return tokens.replaceAll(/@media print \{\n(?: .*\n)*\}\n/g, "").replaceAll(/@media [^{]*\{\s*[^{}]*\{\s*\}\s*\}\n/g, "");
}

const DARK = /@media \(prefers-color-scheme: dark\) \{\n([^]*?)\n\}\n/;

/** Colours of day and night in one value. */
function paired(tokens: string): Map<string, string> {
  const read = (css: string): [string, string][] => [...css.matchAll(/(--[\w-]+):\s*([^;]*);/g)].map(([, name, value]) => [name as string, value as string]);
  const night = new Map(read(DARK.exec(tokens)?.[1] ?? ""));
  const day = new Map(read(/\{[^}]*\}/.exec(tokens)?.[0] ?? ""));
  return new Map([...day].map(([name, value]) => [name, night.has(name) ? `light-dark(${value}, ${night.get(name)})` : value]));
}

/** A small sheet with the tokens' values in their places, for an element whose scheme is `light dark`. */
export function inlined(tokens: string, sheet: string): string {
  const values = paired(plain(tokens));
  const value = (name: string): string => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`${name} is no token`);
    return found.replaceAll(/var\((--[\w-]+)\)/g, (_, inner: string) => value(inner));
  };
  return packed(sheet.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => value(name)));
}

function names(css: string): Set<string> {
  return new Set([...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name as string));
}

/** One declaration a line, as `usedTokens` expects it. */
function plain(css: string): string {
  return transformSync(css, { loader: "css", charset: "utf8" }).code;
}

function packed(css: string): string {
  return transformSync(css, { loader: "css", charset: "utf8", minifyWhitespace: true }).code;
}
