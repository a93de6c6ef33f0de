import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(`${project}/${path}`, "utf8");
const english = Object.keys(JSON.parse(read("service/messages/en.json")));
const sources = globSync("extension/src/**/*.ts", { cwd: project }).map(read);

const parts = JSON.parse(read("extension/words.json")) as Record<string, string[]>;
const isIn = (part: string, key: string): boolean =>
  (parts[part] as string[]).some((each) => (each.endsWith(".") ? key.startsWith(each) : key === each));

const codesOf = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, code]) => code as string);

it("speaks no key that has no words", () => {
  const spoken = sources.flatMap((text) => codesOf(text, /\bsay\("([\w.]+)"/g));
  expect(spoken.length).toBeGreaterThan(80);
  expect(spoken.filter((key) => !english.includes(key))).toEqual([]);
});

it("has words for every field and option of a complaint, and for every code of a reason", () => {
  const { fields } = JSON.parse(read("service/complaints/intake/fields.json")) as { fields: { id: string; options?: string[] }[] };
  const asked = fields.flatMap(({ id, options = [] }) => [
    `complaint.field.${id}`,
    ...options.map((option) => `complaint.option.${id}.${option}`),
  ]);
  const reasons = codesOf(read("scoring/reasons.toml"), /^code = "([^"]+)"/gm);
  const said = reasons.flatMap((code) => [`reason.${code}`, `brief.${code}`]);
  expect(reasons.length).toBeGreaterThan(10);
  expect([...asked, ...said].filter((key) => !english.includes(key))).toEqual([]);
});

it("brings each surface the words that it speaks", () => {
  const parts = JSON.parse(read("extension/words.json")) as Record<"panel" | "pages", string[]>;
  for (const part of ["panel", "pages"] as const) {
    const texts = globSync(`extension/src/${part}/*.ts`, { cwd: project }).map(read);
    const spoken = texts.flatMap((text) => codesOf(text, /\bsay\("([\w.]+)"/g));
    expect(spoken.filter((key) => !parts[part].some((beginning) => key.startsWith(beginning)))).toEqual([]);
  }
});

it("has words for every side of a purchase and every improvement that an answer can name", () => {
  const codes = codesOf(read("scoring/improvements.toml"), /^code = "([^"]+)"/gm).map((code) => `improvement.${code}`);
  const [, sides = ""] = /^Aspect = Literal\[(.*)\]$/m.exec(read("scoring/events.py")) ?? [];
  const aspects = codesOf(sides, /"(\w+)"/g).map((code) => `aspect.${code}`);
  expect(codes.length + aspects.length).toBeGreaterThan(6);
  expect([...codes, ...aspects].filter((key) => !english.includes(key))).toEqual([]);
});

it.each([["panel", "extension/src/panel/*.ts"], ["pages", "extension/src/pages/*.ts"]])("carries in the words of %s all that is spoken there", (part, where) => {
  const texts = globSync(where, { cwd: project }).map(read);
  const keys = texts.flatMap((text) => codesOf(text, /\bsay\("([\w.]+)"/g));
  const families = texts.flatMap((text) => [...codesOf(text, /\bsay\(`([\w.]+\.)\$\{/g), ...codesOf(text, /\.code\("([\w.]+)"/g).map((family) => `${family}.`)]);
  const wanted = [...keys, ...english.filter((key) => families.some((family) => key.startsWith(family)))];
  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.filter((key) => !isIn(part, key))).toEqual([]);
});
