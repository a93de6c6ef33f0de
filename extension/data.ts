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
const MESSAGES = join(PROJECT, "service", "messages");

/** Beginnings of the keys that are spoken by the panel and by the pages. */
const PANEL = ["panel.", "band.", "tier.", "reason.", "brief.", "hazard."];
const PAGES = ["panel.state.", "panel.badge", "welcome.", "options.", "copy.", "complaint."];

/** Transforms that come with the readers of scripts. */
const SCRIPTED: readonly unknown[] = ["digits", "script_string"];

const GRADES = ["A", "B", "C", "D", "E"];

export interface Data {
  readonly platforms: PlatformTable;
  readonly rules: Readonly<Record<string, CompiledRules>>;
  readonly suffixes: Suffixes;
  /** Match patterns of the shops in the table. */
  readonly patterns: readonly string[];
  readonly languages: readonly Language[];
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
      languages: locales().map((locale) => language(locale, PAGES)),
      fields: readJson(join(PROJECT, "service", "complaints", "fields.json")) as FieldFile,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The address of a platform covers its subdomains: item., detail., fr. and so on. */
export function patterns(domain: string): string[] {
  return [`https://*.${domain}/*`];
}

/** The scripts that give a page the words of one language: few for the badge, more for the panel. */
export function textFiles({ locale, messages }: Language): [string, string][] {
  const script = (name: string, value: unknown): string => `globalThis.${name} = ${JSON.stringify(value, null, 1)};\n`;
  return [
    [`badge.${locale}.js`, script("caveatBadge", badgeWords(speaker({ locale, messages })))],
    [`words.${locale}.js`, script("caveatWords", language(locale, PANEL))],
  ];
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
  const names = readdirSync(MESSAGES).filter((name) => name.endsWith(".json"));
  return names.map((name) => basename(name, ".json")).sort();
}

/** Messages of one locale, parsed; one that is not translated yet stands in English. */
function language(locale: string, beginnings: readonly string[]): Language {
  const english = readMessages("en");
  const own = readMessages(locale);
  const keys = Object.keys(english).filter((key) => beginnings.some((each) => key.startsWith(each)));
  return { locale, messages: Object.fromEntries(keys.sort().map((key) => [key, ast(locale, key, own[key] ?? english[key])])) };
}

function ast(locale: string, key: string, text = ""): Ast {
  try {
    return parse(text, { ignoreTag: true, captureLocation: false }) as unknown as Ast;
  } catch (error) {
    throw new Error(`${locale}.json: ${key}: ${error instanceof Error ? error.message : error}`);
  }
}

function readMessages(locale: string): Record<string, string> {
  return readJson(join(MESSAGES, `${locale}.json`)) as Record<string, string>;
}

function readJson(path: string): unknown {
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}
