// Keys under which a product is looked up: GTIN-14, brand, model. The twin of scoring/matching/keys.py:
// same lists (words.json), same answers (tests/vectors/keys.json). Traditional Chinese is not turned into
// simplified here, so a brand written so finds its key only through the service.
import words from "../../../scoring/matching/words.json";

const GTIN_DIGITS = [8, 12, 13, 14];
const BRAND_CHARS = 2;
const MODEL_CHARS = 5;
const MODEL_DIGITS = { min: 6, max: 11 };
const MODEL_CHARS_MAX = 32;

const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/gu;
const DIGIT_SPAN = /(?<![0-9A-Za-z])[0-9](?:[0-9 -]*[0-9])?(?![0-9A-Za-z])/gu;
const LABEL_GLUED = /(?<![a-z])(ean|gtin|upc|jan)(?=[0-9])/giu;
const BETWEEN_MODELS = /[\s,;:/()[\]{}<>"'“”„«»|=&?!、，。·]+/u;
const BETWEEN_PARTS = /[^A-Z0-9.]+|(?<![0-9])\.|\.(?![0-9])/u;

const whole = (expression: string): RegExp => new RegExp(`^(?:${expression})$`, "u");
const MARKS = new RegExp(`[${words.marks}]`, "gu");
const FOLD: ReadonlyMap<string, string> = new Map(Object.entries(words.fold));
const LEGAL_LAST = new Set(words.legal_last);
const LEGAL_FIRST = new Set(words.legal_first);
const NO_NAME = new Set([...words.unknown, ...words.legal_last.filter((word) => word.length > BRAND_CHARS)]);
const STRIP = new RegExp(words.strip.join("|"), "gu");
const DENY = whole(words.deny.join("|"));
const UNITS = words.units.join("|");
const NUMBER = "(?:AC|DC)?[0-9]+(?:\\.[0-9]+)?";
const QUANTITY = `${NUMBER}(?:${UNITS}|[${words.short_units}])|(?:AC|DC)[0-9]+`;
const BARE_UNITS = new Set(words.units);
const IS_NAMED = whole([QUANTITY, UNITS, ...words.deny].join("|"));
const REFUSED = [...words.gtin.refused, ...words.gtin.placeholders].map(whole);

export interface Barcodes {
  /** With a GS1 check digit, padded to 14 digits. */
  valid: string[];
  /** Wrong check digits, placeholders, numbers reserved for use inside a shop. */
  invalid: string[];
}

/** Returns the barcodes of a field that may hold several, printed in groups or run together. */
export function gtin14s(text: string): Barcodes {
  const plain = text.normalize("NFKC").replace(INVISIBLE, "").replace(LABEL_GLUED, "$1 ");
  const valid = new Set<string>();
  const invalid = new Set<string>();
  for (const [span] of plain.matchAll(DIGIT_SPAN)) {
    for (const digits of barcodes(span.split(/[ -]+/u))) {
      const code = digits.padStart(14, "0");
      const good = isGtin(digits) && !REFUSED.some((pattern) => pattern.test(code));
      (good ? valid : invalid).add(good ? code : digits);
    }
  }
  return { valid: [...valid], invalid: [...invalid] };
}

export interface Named {
  readonly gtin?: string | null;
  readonly brand?: string | null;
  readonly model?: string | null;
}

/**
 * Returns the keys under which a product on a page finds notices, the most certain first.
 * A model without a brand makes no key: model numbers alone are shared.
 */
export function productKeys({ gtin, brand, model }: Named): string[] {
  const maker = brandKey(brand ?? "");
  const models = maker ? modelKeys(model ?? "") : [];
  return [...gtin14s(gtin ?? "").valid.map((code) => `gtin:${code}`), ...models.map((key) => `model:${maker}:${key}`)];
}

/** Returns the key of one brand or firm name, null for no name. */
export function brandKey(text: string): string | null {
  let folded = fold(text);
  for (const affix of words.legal_affixes) folded = folded.replaceAll(affix, " ");
  let tokens = tokenize(folded.replace(/\([^()]*\)/gu, " "));
  if (!tokens.length) tokens = tokenize(folded);
  while (tokens.length > 1 && LEGAL_LAST.has(tokens.at(-1) ?? "")) tokens.pop();
  while (tokens.length > 1 && LEGAL_FIRST.has(tokens[0] ?? "")) tokens.shift();
  const key = tokens.join("");
  return [...key].length < BRAND_CHARS || NO_NAME.has(key) ? null : key;
}

/** Returns the keys of the model numbers in a text, in order, each once. */
export function modelKeys(text: string): string[] {
  const plain = text.replace(MARKS, "").normalize("NFKC").toUpperCase().replaceAll("×", "X");
  const keys = plain.replace(STRIP, " ").split(BETWEEN_MODELS).map(modelKey);
  return [...new Set(keys.filter((key) => key !== null))];
}

function* barcodes(groups: string[]): Generator<string> {
  for (let start = 0; start < groups.length; ) {
    const size = printed(groups.slice(start));
    const digits = groups.slice(start, start + size).join("");
    if (digits.length > Math.max(...GTIN_DIGITS)) yield* cut(digits);
    else if (digits.length >= Math.min(...GTIN_DIGITS)) yield digits;
    start += size;
  }
}

function printed(groups: string[]): number {
  if (isGtin(groups[0] ?? "")) return 1;
  const fits = (layout: number[]): boolean => layout.every((size, index) => groups[index]?.length === size);
  return words.gtin.layouts.find(fits)?.length ?? 1;
}

function cut(digits: string): string[] {
  for (const size of words.gtin.chunks) {
    const pieces = digits.match(new RegExp(`.{${size}}`, "gu")) ?? [];
    if (digits.length % size === 0 && pieces.every(isGtin)) return pieces;
  }
  return [digits];
}

function isGtin(digits: string): boolean {
  if (!GTIN_DIGITS.includes(digits.length)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => total + Number(digit) * (index % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

function fold(text: string): string {
  const lower = text.replace(MARKS, "").normalize("NFKC").replace(INVISIBLE, "").toLowerCase();
  const folded = [...lower].map((char) => FOLD.get(char) ?? char).join("");
  return folded.normalize("NFD").replace(/[\u0300-\u036f]/gu, "").normalize("NFC");
}

function tokenize(folded: string): string[] {
  return folded.replace(/['’`´.]/gu, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

function modelKey(token: string): string | null {
  const key = token.replace(/[^A-Z0-9]+/gu, "");
  return longEnough(key) && !DENY.test(key) && !measured(token) ? key : null;
}

function longEnough(key: string): boolean {
  if (/^[0-9]+$/u.test(key)) return key.length >= MODEL_DIGITS.min && key.length <= MODEL_DIGITS.max;
  return key.length >= MODEL_CHARS && key.length <= MODEL_CHARS_MAX && /[0-9]/u.test(key);
}

/** Tells whether a token is a quantity: numbers, units and codes alone, and no bare unit in front. */
function measured(token: string): boolean {
  const parts = token.split(BETWEEN_PARTS).filter(Boolean);
  const isNamed = (part: string): boolean => IS_NAMED.test(part);
  if (BARE_UNITS.has(parts[0] ?? "")) return false;
  return parts.some(isNamed) && parts.every((part) => isNamed(part) || /^[0-9.]+$/u.test(part));
}
