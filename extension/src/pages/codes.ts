/** Codes with their names, from the browser's own tables, in the order of the reader's language. */
export type Named = readonly (readonly [code: string, name: string])[];

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Groupings and placeholders that the tables name beside the countries. */
const NO_COUNTRIES = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);

export function countries(locale: string): Named {
  const names = new Intl.DisplayNames(locale, { type: "region", fallback: "none" });
  const codes = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
  const known = codes.filter((code) => names.of(code) && isCurrent(code) && !NO_COUNTRIES.has(code));
  return sorted(known.map((code) => [code, names.of(code) as string]), locale);
}

export function currencies(locale: string): Named {
  const names = new Intl.DisplayNames(locale, { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => [code, `${code} – ${names.of(code) ?? ""}`]);
}

/** Codes of countries that are no more are rewritten to what came after them. */
function isCurrent(code: string): boolean {
  return new Intl.Locale(`und-${code}`).region === code;
}

function sorted(pairs: [string, string][], locale: string): Named {
  const { compare } = new Intl.Collator(locale);
  return pairs.sort(([, a], [, b]) => compare(a, b));
}
