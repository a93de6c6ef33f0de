/** What a disclosure's value may look like, and how much of a line is the value: the twin of values.py. */
import { clean } from "../rules/transforms.ts";
import type { Kind, LawWords } from "./data.ts";
import { first, fits, isWhole } from "./patterns.ts";

export const LONGEST = 200;
const PHONE = String.raw`(?<![\w.])\+?[(（]?\d[\d\s()（）.\-–/]{5,22}\d(?![\w@])`;
const EMAIL = String.raw`[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}`;
const AT = String.raw`\s?(?:\(at\)|\[at\]|\(ät\)|\{at\}|＠)\s?`;
const DOT = String.raw`\s?(?:\(dot\)|\[dot\]|\(punkt\)|\[punkt\])\s?`;
const LETTERS = String.raw`[^\W\d_]{2}`;
const SENTENCE = String.raw`[.!?。](?:\s|$).{12}`;
const NO_NAME = String.raw`@|https?:|www\.|[<>{}=…]|\.\.\.`;

/** The part of a line's rest that is the value: up to the next label or separator. */
export function ended(rest: string, kind: Kind, stop: RegExp | null): string {
  let text = rest.replace(/^[ :：\x1e\x1f]+/, "");
  if (stop) {
    stop.lastIndex = 0;
    const match = stop.exec(text);
    if (match) text = text.slice(0, match.index);
  }
  const marks = kind === "address" || kind === "text" ? /[\x1e|]/ : /[\x1e\x1f|·•]/;
  text = clean((text.split(marks)[0] ?? "").replace(/\x1f/g, " "));
  if (count(text, "(") < count(text, ")") && text.endsWith(")")) text = text.slice(0, -1);
  const edge = kind === "address" ? /^[ ,;:\-–/（.]+|[ ,;:\-–/（.]+$/g : /^[ ,;:\-–/（]+|[ ,;:\-–/（]+$/g;
  return text.replace(edge, "").replace(/ \($/, "");
}

/** The value in its normal form, null when this is no such value. */
export function accepted(text: string, kind: Kind, words: LawWords): string | null {
  if (!text || first(words.placeholders, text)?.index === 0) return null;
  return (KINDS[kind] as (text: string, words: LawWords) => string | null)(text, words);
}

const count = (text: string, sign: string): number => text.split(sign).length - 1;
const length = (text: string): number => [...text].length;

function name(raw: string): string | null {
  const text = raw.replace(/^["'“”„«» ]+|["'“”„«» ]+$/g, "");
  const isShort = text.split(/\s+/).length <= 10 && length(text) >= 2 && length(text) <= 80;
  return isShort && fits(LETTERS, text) && !fits(NO_NAME, text) && !fits(SENTENCE, text, "") ? text : null;
}

function person(raw: string): string | null {
  const text = raw.replace(/\s*[(（].{0,40}?[)）]?\s*$/, "");
  return name(text) && text.split(/\s+/).length <= 8 && !fits(String.raw`\d|[:：]`, text) ? text : null;
}

function address(text: string): string | null {
  const isNumbered = fits(String.raw`\d|[一二三四五六七八九十百]+[号號番]`, text);
  const isFitting = length(text) >= 6 && length(text) <= LONGEST && isNumbered && fits(LETTERS, text);
  return isFitting && !fits(NO_NAME, text) && !isWhole(PHONE, text, "") ? text : null;
}

function phone(text: string): string | null {
  const value = first(PHONE, text.slice(0, 60), "")?.[0];
  const digits = value?.replace(/\D/g, "").length ?? 0;
  if (!value || digits < 7 || digits > 15) return null;
  return count(value, "(") === count(value, ")") ? value : value.replace(/^[() ]+|[() ]+$/g, "");
}

function email(text: string, { not_contact }: LawWords): string | null {
  const plain = text.replace(new RegExp(AT, "giu"), "@").replace(new RegExp(DOT, "giu"), ".");
  const value = first(EMAIL, plain, "")?.[0];
  if (!value || /\.(?:png|jpe?g|gif|svg|webp|js|css)$/i.test(value) || first(not_contact, value)?.index === 0) return null;
  return value.replace(/^[.-]+|[.-]+$/g, "");
}

function fact(text: string): string | null {
  return length(text) <= 60 && fits(LETTERS, text) && !fits(NO_NAME, text) && !fits(SENTENCE, text, "") ? text : null;
}

const KINDS: Partial<Record<Kind, (text: string, words: LawWords) => string | null>> = {
  name,
  person,
  address,
  phone,
  email,
  text: (text) => (fits(String.raw`\w`, text) ? [...text].slice(0, LONGEST).join("") : null),
  fact,
};
