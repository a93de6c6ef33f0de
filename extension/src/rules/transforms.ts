/**
 * The transforms that content scripts need: the twin of scrapers/transforms.py, judged by
 * tests/vectors/transforms.json. A value that could be read in two ways is no value.
 */

/** scrapers/rules/words.yaml, what of it is needed here. */
export interface Words {
  readonly currency: readonly (readonly [string, string])[];
  readonly signs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly renamed: Readonly<Record<string, string>>;
  readonly whole: readonly string[];
  readonly no_brand: readonly string[];
  readonly generic_domains: readonly string[];
}

export interface Context {
  readonly country: string;
  readonly currency: string;
  readonly words: Words;
}

export type Step = string | Readonly<Record<string, string | boolean>>;
type Transform = (text: string, context: Context) => string | null;

const GROUPED = /^\d{1,3}(?:([ '’\u00a0\u202f.,])\d{3})(?:\1\d{3})*$/;

/** White space as one blank, none at the ends; direction marks and zero-width spaces are white space. */
export function clean(text: string): string {
  return text.replace(/[\s\u0085\u001c-\u001f\u200b\u200e\u200f\ufeff]+/g, " ").replace(/^ | $/g, "");
}

function price(text: string, { currency, words }: Context): string | null {
  const match = /\d(?:[\d.,'’ \u00a0\u202f]*\d)?/.exec(text);
  if (!match || text.slice(0, match.index).trim() === "-") return null;
  const amount = decimal(match[0], words.whole.includes(currency));
  return amount && Number(amount) > 0 ? amount : null;
}

/** A price meant for machines, where "34.000" may be 34 or 34000: then there is none. */
function amount(text: string, context: Context): string | null {
  const isUnclear = /^\d{1,3}\.\d{3}$/.test(text.trim()) && !context.words.whole.includes(context.currency);
  return isUnclear ? null : price(text, context);
}

function decimal(number: string, isWhole: boolean): string | null {
  if (/^\d+$/.test(number)) return number.replace(/^0+(?=.)/, "");
  if (GROUPED.test(number) && !number.startsWith("0")) return number.replace(/\D/g, "");
  const cut = Math.max(number.lastIndexOf("."), number.lastIndexOf(","));
  const [whole, point, fraction] = [number.slice(0, cut), number[cut] as string, number.slice(cut + 1)];
  const isProper = /^\d+$/.test(whole) || (GROUPED.test(whole) && !whole.includes(point));
  if (cut < 0 || !isProper || !/^\d{1,4}$/.test(fraction)) return null;
  const digits = whole.replace(/\D/g, "").replace(/^0+(?=.)/, "");
  if (isWhole && fraction.length === 3) return digits + fraction;
  return `${digits}.${fraction.slice(0, 2)}${fraction.slice(2).replace(/0+$/, "")}`;
}

function gtin(text: string): string | null {
  const number = text.replace(/[\s-]/g, "");
  const total = [...number].reverse().reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0);
  return /^(?:\d{8}|\d{12,14})$/.test(number) && /[1-9]/.test(number) && total % 10 === 0 ? number : null;
}

function currency(text: string, { country, words }: Context): string | null {
  const code = text.trim().toUpperCase();
  if (/^[A-Z]{3}$/.test(code)) return words.renamed[code] ?? code;
  const found = words.currency.find(([pattern]) => new RegExp(pattern, "i").test(text));
  if (found) return found[1];
  const sign = Object.keys(words.signs).find((each) => text.includes(each));
  const countries = sign ? words.signs[sign] : {};
  return countries?.[country] ?? countries?.[""] ?? null;
}

function brand(text: string, { words }: Context): string | null {
  const name = text.includes(": ") ? text.replace(/^[^:]{2,40}:\s*/, "") : text;
  const isBad = [...name].length > 60 || words.no_brand.some((pattern) => new RegExp(pattern, "i").test(name));
  return isBad ? null : name || null;
}

function model(text: string): string | null {
  return [...text].length > 48 || /^(?:n\/?a|none|null|undefined|unknown)$|\{\{/i.test(text) ? null : text;
}

function entity(text: string): string {
  return new DOMParser().parseFromString(text, "text/html").documentElement.textContent ?? text;
}

export const TRANSFORMS: Readonly<Record<string, Transform>> = {
  text: (text) => clean(text) || null,
  unescape: (text) => text.replace(/&#?\w{1,31};/g, entity),
  lower: (text) => text.toLowerCase(),
  token: (text) => ([...text].length <= 64 && text.split(" ").length <= 5 ? text : null),
  digits: (text) => (/^\d{1,24}$/.test(text) ? text : null),
  script_string: (text) =>
    text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))).replaceAll("\\/", "/"),
  price,
  amount,
  gtin,
  currency,
  brand,
  model,
};

/** Runs a value through the steps of a way; a table turns listed values, drops others unless it has "*". */
export function apply(text: string, steps: readonly Step[], context: Context): string | null {
  let current: string | null = text;
  for (const step of steps) {
    const known: unknown = typeof step === "object" ? (step[current] ?? step["*"] ?? null) : TRANSFORMS[step]?.(current, context);
    if (known === undefined) throw new Error(`unknown transform: ${step}`);
    if (known === null) return null;
    current = String(known);
  }
  return current;
}
