/** Compiles what Python reads too: shops, page rules, suffixes, messages, complaint fields. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@formatjs/icu-messageformat-parser";
import type { PlatformTable } from "./src/identity.ts";
import type { Ast } from "./src/messages.ts";
import type { Law, LawWords } from "./src/law/data.ts";
import type { FieldFile } from "./src/pages/fields.ts";
import type { CompiledRules, Way } from "./src/rules/engine.ts";
import type { BadgeWords, SharedRules } from "./src/content/types.ts";
import { states } from "./src/look/mark.ts";
import { type Language, type Speaker, speaker } from "./src/text.ts";
import { folded } from "./fold.ts";
import type { Suffixes } from "./src/web_identity.ts";

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** Languages of all that Caveat says, and those that speak to shoppers only. */
const MESSAGES = [join(PROJECT, "service", "messages"), join(PROJECT, "service", "messages", "shoppers")];

/** What each part of the extension speaks: keys, and beginnings that end with a dot; Python reads them too. */
const WORDS = readJson(join(PROJECT, "extension", "words.json")) as Readonly<Record<"panel" | "pages" | "worker" | "store", string[]>>;

/** All that is said on a page, of a shop or our own. */
const SPOKEN = [...WORDS.panel, ...WORDS.pages];

/** Transforms that come with the readers of scripts. */
const SCRIPTED: readonly unknown[] = ["digits", "script_string"];

const GRADES = ["A", "B", "C", "D", "E"];

export interface Data {
  readonly platforms: PlatformTable;
  readonly rules: Readonly<Record<string, CompiledRules>>;
  readonly suffixes: Suffixes;
  /** Match patterns of the shops in the table. */
  readonly patterns: readonly string[];
  readonly locales: readonly string[];
  /** What the worker says, which cannot load one language when it is asked. */
  readonly worker: readonly Language[];
  readonly fields: FieldFile;
  /** The disclosure checklists by name, and what they share. */
  readonly law: { readonly words: LawWords; readonly lists: Readonly<Record<string, Law>> };
  /** Where reviews stand on pages, and words of theirs. */
  readonly reviews: unknown;
}

export function readData(): Data {
  const folder = mkdtempSync(join(tmpdir(), "caveat-"));
  try {
    exportTables(folder);
    const platforms = readJson(join(folder, "platforms.json")) as PlatformTable;
    return {
      platforms,
      rules: readJson(join(folder, "rules.json")) as Data["rules"],
      suffixes: folded(readJson(join(folder, "suffixes.json")) as string),
      patterns: Object.values(platforms.platforms).flatMap(({ domains }) => domains.flatMap(patterns)).sort(),
      locales: locales(),
      worker: locales().map((locale) => language(locale, WORDS.worker)),
      law: readJson(join(folder, "law.json")) as Data["law"],
      reviews: readJson(join(folder, "reviews.json")),
      fields: readJson(join(PROJECT, "service", "complaints", "intake", "fields.json")) as FieldFile,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The address of a platform covers its subdomains: item., detail., fr. and so on. */
export function patterns(domain: string): string[] {
  return [`https://*.${domain}/*`];
}

/** The words of one language, for the badge apart: every page of a shop gets that. */
export function textFiles(locale: string): [string, string][] {
  const all = language(locale, SPOKEN);
  // A line each, in the order of the keys: those stand once for all languages.
  const lines = Object.values(all.messages).map((message) => JSON.stringify(message)).join(",\n");
  const named = "Object.fromEntries(texts.map((text, i) => [caveatKeys[i], text]))";
  return [
    [`content/badge.${locale}.js`, `globalThis.caveatBadge = ${JSON.stringify(badgeWords(speaker(all)), null, 1)};\n`],
    [`words/${locale}.js`, `((texts) => {\n  globalThis.caveatWords = { locale: "${locale}", messages: ${named} };\n})([\n${lines}\n]);\n`],
  ];
}

/** The keys of all that is said, in the order of every language's words. */
export function keyFile(): [string, string] {
  const keys = Object.keys(language("en", SPOKEN).messages);
  return ["words/keys.js", `globalThis.caveatKeys = ${JSON.stringify(keys, null, 0).replaceAll(",", ",\n")};\n`];
}

/** The name and the description that a store and a browser's list of extensions show in one language. */
export function storeFile(locale: string): [string, string] {
  const say = speaker(language(locale, WORDS.store));
  const texts = ["name", "description"].map((name) => [name, { message: say(`store.${name}`) }]);
  return [`_locales/${storeLocale(locale)}/messages.json`, `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`];
}

/** What browsers call a locale: they know regions where we name scripts. */
function storeLocale(tag: string): string {
  const { language: short, region } = new Intl.Locale(tag).maximize();
  return tag === short ? short : `${short}_${region}`;
}

/** All that a badge can ever say, worded here so that it needs no formatter in the page. */
function badgeWords(say: Speaker): BadgeWords {
  const ratings = GRADES.map((grade) => [`rated.${grade}`, say("panel.state.rated", { grade })]);
  const others = states.filter((state) => state !== "rated").map((state) => [state, say(`panel.state.${state}`)]);
  return { locale: say.locale, name: say("panel.badge", { state: "…" }), states: Object.fromEntries([...others, ...ratings]) };
}

/** The rules that every shop shares, and one script for each platform with its own addresses and rules only. */
export function shopFiles({ platforms: { tracking, platforms }, rules, suffixes }: Data): [string, string][] {
  const { fields, words } = rules.generic as CompiledRules;
  const shared = { fields, words, tracking };
  const own = Object.entries(platforms).map(([name, platform]): [string, string] => {
    const table = { tracking, platforms: { [name]: platform } };
    return [`shop.${name}.js`, `globalThis.caveatShop = ${source({ table, rules: rules[name] }, shared)};\n`];
  });
  return [
    ["rules.js", `globalThis.caveatRules = ${JSON.stringify(shared, null, 1)};\n`],
    ["suffixes.js", `globalThis.caveatSuffixes =\n  "${suffixes}";\n`],
    ...own,
  ];
}

/** Source text of a value in which what the shared rules hold too is taken from there. */
function source(value: unknown, shared: SharedRules): string {
  const known = new Map([
    [JSON.stringify(shared.words), "caveatRules.words"],
    [JSON.stringify(shared.tracking), "caveatRules.tracking"],
  ]);
  for (const [name, { to, ways }] of Object.entries(shared.fields)) {
    known.set(JSON.stringify({ to, ways }), `caveatRules.fields[${JSON.stringify(name)}]`);
    known.set(JSON.stringify(ways), `caveatRules.fields[${JSON.stringify(name)}].ways`);
  }
  // Marked as text that no rule holds, so that the quotes around it can be told from others.
  const marked = JSON.stringify(value, (_, each: unknown) => {
    const name = known.get(JSON.stringify(each));
    return name ? `\u0000${name}` : tail(each, known);
  }, 1);
  return marked.replaceAll(/"\\u0000((?:[^"\\]|\\.)*)"/g, (_, name: string) => JSON.parse(`"${name}"`) as string);
}

/** A list of ways that ends with shared ones: its own, then those. */
function tail(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (!Array.isArray(value)) return value;
  for (let start = 1; start < value.length; start++) {
    const name = known.get(JSON.stringify(value.slice(start)));
    if (name) return [...value.slice(0, start), `\u0000...${name}`];
  }
  return value;
}

/** The scripts that read a shop's pages beside its own, for each shop: no page gets what its rules never use. */
export function readers({ rules }: Data): Record<string, string[]> {
  const needed = ({ fields }: CompiledRules): string[] => {
    const ways = Object.values(fields).flatMap((field) => [...field.ways]);
    const steps = Object.values(fields).flatMap(({ to, ways: each }) => [to, ...each.map((way) => way.to ?? [])]).flat();
    const reads = (...kinds: (keyof Way)[]): boolean => ways.some((way) => kinds.some((kind) => way[kind]));
    return [
      ...(reads("jsonld", "microdata") ? ["structured"] : []),
      ...(reads("script", "state") || steps.some((step) => SCRIPTED.includes(step)) ? ["embedded"] : []),
      // A brand without a model makes no key.
      ...(fields.gtin || (fields.brand && fields.model) ? ["codes"] : []),
    ];
  };
  return Object.fromEntries(Object.entries(rules).map(([name, each]) => [name === "generic" ? "web" : name, needed(each)]));
}

/** One script for each checklist, of which a page gets its visitor's. */
export function lawFiles({ law: { lists } }: Data): [string, string][] {
  return Object.entries(lists).map(([name, list]) => [`law.${name}.js`, `globalThis.caveatLaw = ${JSON.stringify(list)};\n`]);
}

/** The checklist of each country that has one. */
export function laws({ law: { lists } }: Data): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).flatMap(([name, { countries }]) => countries.map((country) => [country, name])));
}

function exportTables(folder: string): void {
  const python = process.env.PYTHON ?? join(PROJECT, ".venv", "bin", "python");
  const run = spawnSync(python, ["-m", "scrapers.export", folder], { cwd: PROJECT, encoding: "utf8" });
  if (run.error) throw new Error(`${python} could not be started (${run.error.message}); name another by PYTHON`);
  if (run.status !== 0) throw new Error(`${python} -m scrapers.export: ${run.stderr.trim()}`);
}

function locales(): string[] {
  const names = MESSAGES.flatMap((folder) => readdirSync(folder)).filter((name) => name.endsWith(".json"));
  return names.map((name) => basename(name, ".json")).sort();
}

/** Messages of one locale, ready to speak; one that is not translated yet stands in English. */
function language(locale: string, spoken: readonly string[]): Language {
  const english = readMessages("en");
  const own = readMessages(locale);
  const keys = Object.keys(english).filter((key) => spoken.some((each) => (each.endsWith(".") ? key.startsWith(each) : key === each)));
  return { locale, messages: Object.fromEntries(keys.sort().map((key) => [key, ready(locale, key, own[key] ?? english[key])])) };
}

/** The tree of a message, or its text when that is all it is. */
function ready(locale: string, key: string, text?: string): Ast | string {
  const [first, ...more] = ast(locale, key, text);
  return first?.type === 0 && more.length === 0 ? first.value : ast(locale, key, text);
}

function ast(locale: string, key: string, text = ""): Ast {
  try {
    return parse(text, { ignoreTag: true, captureLocation: false }) as unknown as Ast;
  } catch (error) {
    throw new Error(`${locale}.json: ${key}: ${error instanceof Error ? error.message : error}`);
  }
}

function readMessages(locale: string): Record<string, string> {
  const places = MESSAGES.map((folder) => join(folder, `${locale}.json`));
  return readJson(places.find(existsSync) ?? places.join(" or ")) as Record<string, string>;
}

function readJson(path: string): unknown {
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}
