/** Prepares style sheets for bundling as text. */
import { transformSync } from "esbuild";

/**
 * A sheet behind the tokens that it uses, without comments and blanks: inside a script nobody reads it.
 *
 * @param present a sheet that stands before it, whose tokens are there already
 */
export function styled(tokens: string, sheet: string, present = ""): string {
  const defined = new Set([...present.matchAll(/(--[\w-]+):/g)].map(([, name]) => name as string));
  return packed(usedTokens(plain(tokens), sheet, defined) + sheet);
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
