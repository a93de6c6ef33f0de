import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(`${project}/${path}`, "utf8");
const english = Object.keys(JSON.parse(read("service/messages/en.json")));
const sources = globSync("extension/src/**/*.ts", { cwd: project }).map(read);

const codesOf = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, code]) => code as string);

it("speaks no key that has no words", () => {
  const spoken = sources.flatMap((text) => codesOf(text, /\bsay\("([\w.]+)"/g));
  expect(spoken.length).toBeGreaterThan(80);
  expect(spoken.filter((key) => !english.includes(key))).toEqual([]);
});

it("has words for every field and option of a complaint, and for every code of a reason", () => {
  const { fields } = JSON.parse(read("service/complaints/fields.json")) as { fields: { id: string; options?: string[] }[] };
  const asked = fields.flatMap(({ id, options = [] }) => [
    `complaint.field.${id}`,
    ...options.map((option) => `complaint.option.${id}.${option}`),
  ]);
  const reasons = codesOf(read("scoring/reasons.toml"), /^code = "([^"]+)"/gm);
  const said = reasons.flatMap((code) => [`reason.${code}`, `brief.${code}`]);
  expect(reasons.length).toBeGreaterThan(10);
  expect([...asked, ...said].filter((key) => !english.includes(key))).toEqual([]);
});
