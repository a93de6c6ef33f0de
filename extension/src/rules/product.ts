/** What identifies a product: barcode, brand and model. */
import { type Context, TRANSFORMS } from "./registry.ts";

Object.assign(TRANSFORMS, { gtin, brand, model });

function gtin(text: string): string | null {
  const number = text.replace(/[\s-]/g, "");
  const total = [...number].reverse().reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0);
  return /^(?:\d{8}|\d{12,14})$/.test(number) && /[1-9]/.test(number) && total % 10 === 0 ? number : null;
}

function brand(text: string, { words }: Context): string | null {
  const name = text.includes(": ") ? text.replace(/^[^:]{2,40}:\s*/, "") : text;
  const isBad = [...name].length > 60 || words.no_brand.some((pattern) => new RegExp(pattern, "i").test(name));
  return isBad ? null : name || null;
}

function model(text: string): string | null {
  return [...text].length > 48 || /^(?:n\/?a|none|null|undefined|unknown)$|\{\{/i.test(text) ? null : text;
}
