/** Compiles what Python reads too: shops, page rules, suffixes, messages, complaint fields. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@formatjs/icu-messageformat-parser";
import type { PlatformTable } from "./src/identity.ts";
import type { Ast } from "./src/messages.ts";
import type { FieldFile } from "./src/pages/fields.ts";
import type { CompiledRules, Way } from "./src/rules/engine.ts";
import type { BadgeWords } from "./src/content/types.ts";
import { states } from "./src/look/mark.ts";
import { type Language, type Speaker, speaker } from "./src/text.ts";
import type { Suffixes } from "./src/web_identity.ts";

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** Languages of all that Caveat says, and those that speak to shoppers only. */
const MESSAGES = [join(PROJECT, "service", "messages"), join(PROJECT, "service", "messages", "shoppers")];

/** What each part of the extension speaks: keys, and beginnings that end with a dot; Python reads them too. */
const WORDS = readJson(join(PROJECT, "extension", "words.json")) as Readonly<Record<"panel" | "pages" | "worker" | "store", string[]>>;

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
}

export function readData(): Data {
  const folder = mkdtempSync(join(tmpdir(), "caveat-"));
  try {
    exportTables(folder);
    const platforms = readJson(join(folder, "platforms.json")) as PlatformTable;
    return {
      platforms,
      rules: readJson(join(folder, "rules.json")) as Data["rules"],
      suffixes: readJson(join(folder, "suffixes.json")) as Suffixes,
      patterns: Object.values(platforms.platforms).flatMap(({ domains }) => domains.flatMap(patterns)).sort(),
      locales: locales(),
      worker: locales().map((locale) => language(locale, WORDS.worker)),
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

/** The scripts that bring the words of one language: few for the badge, more for the panel, most for our own pages. */
export function textFiles(locale: string): [string, string][] {
  const script = (name: string, value: unknown): string => `globalThis.${name} = ${JSON.stringify(value, null, 1)};\n`;
  const panel = language(locale, WORDS.panel);
  return [
    [`content/badge.${locale}.js`, script("caveatBadge", badgeWords(speaker(panel)))],
    [`content/words.${locale}.js`, script("caveatWords", panel)],
    [`pages/words.${locale}.js`, script("caveatWords", language(locale, WORDS.pages))],
  ];
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

/** One script for each platform, with its own addresses and rules only. */
export function shopFiles({ platforms: { tracking, platforms }, rules }: Data): [string, string][] {
  return Object.entries(platforms).map(([name, platform]) => {
    const shop = { table: { tracking, platforms: { [name]: platform } }, rules: rules[name] };
    return [`shop.${name}.js`, `globalThis.caveatShop = ${JSON.stringify(shop, null, 1)};\n`];
  });
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

/** What every other shop is read with. */
export function webShop({ platforms: { tracking }, rules, suffixes }: Data): object {
  return { table: { tracking, platforms: {} }, rules: rules.generic, suffixes };
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
