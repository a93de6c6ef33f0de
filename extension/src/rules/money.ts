/** Prices and currencies. A number that could be read in two ways is no price. */
import { type Context, TRANSFORMS, type Words } from "./registry.ts";

const GROUPED = /^\d{1,3}(?:([ '’\u00a0\u202f.,])\d{3})(?:\1\d{3})*$/;

Object.assign(TRANSFORMS, { price, amount, currency });

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

function currency(text: string, { url, words }: Context): string | null {
  const code = text.trim().toUpperCase();
  if (/^[A-Z]{3}$/.test(code)) return words.renamed[code] ?? code;
  const found = words.currency.find(([pattern]) => new RegExp(pattern, "i").test(text));
  if (found) return found[1];
  const sign = Object.keys(words.signs).find((each) => text.includes(each));
  const countries = sign ? words.signs[sign] : {};
  return countries?.[countryOf(url, words)] ?? countries?.[""] ?? null;
}

function countryOf(url: string, { generic_domains }: Words): string {
  const last = new URL(url).hostname.replace(/\.$/, "").split(".").pop() ?? "";
  if (last.length !== 2 || generic_domains.includes(last)) return "";
  return last === "uk" ? "GB" : last.toUpperCase();
}
