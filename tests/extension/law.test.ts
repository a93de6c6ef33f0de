import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Window } from "happy-dom";
import { assess } from "../../extension/src/law/assess.ts";
import type { Law, LawWords } from "../../extension/src/law/data.ts";
import { normalised, validators } from "../../extension/src/law/digits.ts";

const project = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "caveat-"));
execFileSync(process.env.PYTHON ?? join(project, ".venv/bin/python"), ["-m", "scrapers.export", folder], { cwd: project });
const { words, lists } = json(join(folder, "law.json")) as { words: LawWords; lists: Record<string, Law> };
rmSync(folder, { recursive: true });
const { pages, numbers } = json(join(project, "tests/vectors/law.json")) as {
  pages: { name: string; list: string; url: string; html: string; is: Record<string, [string, unknown]> }[];
  numbers: { key: string; in: string; out: string | null }[];
};
const kinds = new Map(Object.values(lists).flatMap((law) => law.numbers.map((kind) => [kind.key, kind])));

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

it.each(pages.map((page) => [page.list, page.name, page] as const))("%s: %s", (list, _, { url, html, is }) => {
  const window = new Window({ url });
  window.document.write(html);
  const { items } = assess(window.document as unknown as Document, url, lists[list] as Law, words, false);
  expect(Object.fromEntries(items.filter(({ state }) => state !== "not_assessable").map(({ id, state, value }) => [id, [state, value]]))).toEqual(is);
});

it.each(numbers)("$key: $in", ({ key, in: text, out }) => {
  expect(normalised(kinds.get(key)?.validator ?? "", text)).toBe(out);
});

it("can check every number that a checklist asks for", () => {
  const wanted = [...kinds.values()].map(({ validator }) => validator);
  expect(wanted.filter((name) => !validators.includes(name))).toEqual([]);
  expect(new Set(numbers.map(({ key }) => key)).size).toBeGreaterThan(25);
});

it("names the law of every item", () => {
  const items = Object.values(lists).flatMap((law) => law.items);
  expect(items.length).toBeGreaterThan(70);
  expect(items.filter(({ act, article, url }) => !act || !article || !URL.canParse(url))).toEqual([]);
});
