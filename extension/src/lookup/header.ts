// What may stand in a header and in a line of a notice; `service/packs/header.py` is the twin.
import { PackError } from "./error.ts";

type Check<T> = (value: unknown, where: string) => T;
type Shape = Record<string, Check<unknown>>;
type Shaped<S extends Shape> = { readonly [K in keyof S]: ReturnType<S[K]> };

function refuse(what: string, where: string): never {
  throw new PackError(what, where);
}

const text = (pattern: RegExp): Check<string> => (value, where) =>
  typeof value === "string" && pattern.test(value) ? value : refuse(`is not text of the form ${pattern.source}`, where);

const whole = (low: number, high: number): Check<number> => (value, where) =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high
    ? (value as number)
    : refuse(`is not a whole number from ${low} to ${high}`, where);

const list = <T>(each: Check<T>, low: number, high: number): Check<readonly T[]> => (value, where) =>
  Array.isArray(value) && value.length >= low && value.length <= high
    ? value.map((item, i) => each(item, `${where}[${i}]`))
    : refuse(`is not a list of ${low} to ${high} members`, where);

/** A field that may be missing altogether. */
const optional = <T>(each: Check<T>): Check<T | undefined> => Object.assign((value: unknown, where: string) => each(value, where), { isOptional: true });

const record = <S extends Shape>(shape: S): Check<Shaped<S>> => (value, where) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("is no object", where);
  const names = Object.keys(shape);
  const extra = Object.keys(value).find((name) => !names.includes(name));
  if (extra !== undefined) refuse(`has the unknown field ${extra}`, where);
  for (const name of names) {
    if (!Object.hasOwn(value, name) && "isOptional" in shape[name]!) continue;
    if (!Object.hasOwn(value, name)) refuse(`has no field ${name}`, where);
    shape[name]!((value as Record<string, unknown>)[name], `${where}.${name}`);
  }
  return value as Shaped<S>;
};

/** Dates of the calendar only: JavaScript's parser takes the 31st of February for the 3rd of March. */
const moment = (form: (iso: string) => string, pattern: RegExp): Check<string> => (value, where) => {
  const said = text(pattern)(value, where);
  const parsed = new Date(said);
  return !Number.isNaN(parsed.getTime()) && form(parsed.toISOString()) === said ? said : refuse("is no date", where);
};

const size = whole(0, 2 ** 31);
const width = whole(0, 48);
const words = text(/^[^]{1,500}$/u);
const code = text(/^[a-z0-9_.]{1,60}$/);
const place = { name: text(/^/), offset: size, length: size, count: size, sha256: text(/^[0-9a-f]{64}$/) };
const table = { ...place, rice: width, value_bits: width, encoding: text(/^rice48$/) };

const sections = {
  merchants: record({ ...table, platform: text(/^[a-z0-9-]{1,40}$/) }),
  safety: record(table),
  links: record({ ...place, value_bits: width, encoding: text(/^bits$/) }),
  notices: record({ ...place, size, encoding: text(/^lines\+zlib$/) }),
  tombstones: record(table),
};

export interface Section {
  readonly name: keyof typeof sections;
  readonly offset: number;
  readonly length: number;
  readonly count: number;
  readonly sha256: string;
  readonly rice?: number;
  readonly value_bits?: number;
  readonly size?: number;
  readonly platform?: string;
}

const section: Check<Section> = (value, where) => {
  const name = (value as { name?: unknown } | null)?.name;
  if (typeof name !== "string" || !Object.hasOwn(sections, name)) return refuse("is no section of this format", `${where}.name`);
  return sections[name as Section["name"]](value, where) as Section;
};

/** What changes are issued of, each in its own time. */
export type Part = "merchants" | "safety";

const publisher = record({ id: text(/^[a-z0-9][a-z0-9-]{0,39}$/), name: words });

const BANDS = "none,A,B,C,D,E";

const header = record({
  format: whole(1, 1),
  publisher,
  public_key: text(/^[A-Za-z0-9+/]{43}=$/),
  version: whole(1, 2 ** 31),
  issued: moment((iso) => iso.replace(".000Z", "Z"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  stale_after_days: whole(1, 365),
  bands: (value, where) => (Array.isArray(value) && String(value) === BANDS ? (value as string[]) : refuse(`are not ${BANDS}`, where)),
  reasons: list(code, 0, 62),
  sections: list(section, 0, 1000),
  changes: optional(record({ part: text(/^(?:merchants|safety)$/) as Check<Part>, since: whole(1, 2 ** 31) })),
});

const notice = record({
  id: words,
  authority: words,
  date: moment((iso) => iso.slice(0, 10), /^\d{4}-\d\d-\d\d$/),
  hazards: list(code, 0, 13),
  type: words,
  words,
  url: text(/^https?:\/\/[!-~]{1,1990}$/),
});

export type Publisher = ReturnType<typeof publisher>;
export type Header = ReturnType<typeof header>;
/** What a shopper is told of an official notice. */
export type Notice = ReturnType<typeof notice>;

/** The header; throws PackError naming the field for any other JSON than a canonical header. */
export function readHeader(bytes: Uint8Array): Header {
  const value = json(bytes, "header");
  const format = (value as { format?: unknown } | null)?.format;
  if (Number.isInteger(format) && format !== 1) refuse(`format ${format} is not known, only 1`, "header.format");
  const read = header(value, "header");
  if (read.changes && read.changes.since >= read.version) refuse("is not older than the pack itself", "header.changes.since");
  return read;
}

export const readNotice = (bytes: Uint8Array, where: string): Notice => notice(json(bytes, where), where);

function json(bytes: Uint8Array, where: string): unknown {
  let said: string;
  let value: unknown;
  try {
    said = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(said);
  } catch (error) {
    return refuse((error as Error).message, where);
  }
  if (canonical(value) !== said) refuse("is not in canonical form (sorted names, no spaces)", where);
  return value;
}

/** The one JSON form of a value: sorted names, no spaces. Names repeated in the source do not survive it. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${pairs.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join()}}`;
}
