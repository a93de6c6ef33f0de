import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Window } from "happy-dom";
import { identify, type PlatformTable } from "../../extension/src/identity.ts";
import { type CompiledRules, extract } from "../../extension/src/rules/engine.ts";
import "../../extension/src/rules/embedded.ts";
import "../../extension/src/rules/money.ts";
import "../../extension/src/rules/product.ts";
import "../../extension/src/rules/structured.ts";
import { TRANSFORMS } from "../../extension/src/rules/registry.ts";
import { apply, type Step } from "../../extension/src/rules/transforms.ts";

interface RuleCase {
  readonly name: string;
  readonly url: string;
  readonly html: string;
  readonly is: object;
  readonly rules?: CompiledRules["fields"];
}

interface TransformCase {
  readonly to: readonly Step[];
  readonly in: string;
  readonly out: string | null;
  readonly country?: string;
  readonly currency?: string;
  readonly python?: boolean;
}

const project = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "caveat-"));
const python = process.env.PYTHON ?? join(project, ".venv/bin/python");
execFileSync(python, ["-m", "scrapers.export", folder], { cwd: project });
const table: PlatformTable = json(join(folder, "platforms.json"));
const rules: Record<string, CompiledRules> = json(join(folder, "rules.json"));
rmSync(folder, { recursive: true });
const { words } = rules.generic as CompiledRules;

function json<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function page(html: string): Document {
  const window = new Window({ settings: { disableJavaScriptEvaluation: true } });
  vi.stubGlobal("DOMParser", window.DOMParser);
  window.document.write(html || " ");
  return window.document as unknown as Document;
}

const ruleCases = json<{ cases: RuleCase[] }>(join(project, "tests/vectors/rules.json")).cases;
test.each(ruleCases)("$name", ({ url, html, is, rules: own }) => {
  const identity = identify(url, table);
  const compiled = own ? { fields: own, words } : (rules[identity.platform ?? ""] ?? (rules.generic as CompiledRules));
  expect(extract(page(html), url, compiled, { ...identity })).toEqual(is);
});

const transformCases = json<{ cases: TransformCase[] }>(join(project, "tests/vectors/transforms.json")).cases;
test.each(transformCases.filter((each) => !each.python))("$to $in", (each) => {
  page("");
  const context = { url: `https://shop.${(each.country ?? "example").toLowerCase()}/`, currency: each.currency ?? "", words };
  expect(apply(each.in, each.to, context)).toBe(each.out);
});

test("every step that is compiled in exists here", () => {
  const fields = Object.values(rules).flatMap((each) => Object.values(each.fields));
  const steps = fields.flatMap(({ to, ways }) => [to, ...ways.map((way) => way.to ?? [])].flat());
  const names = steps.filter((step) => typeof step === "string");
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !(name in TRANSFORMS))).toEqual([]);
});

test("a step that no script has brought gives nothing", () => {
  expect(apply("x", ["shout"], { url: "", currency: "", words })).toBeNull();
});

test("reading changes nothing on the page", () => {
  const document = page('<h1>Lantern</h1><input id="merchantID" value="A1AAAAAAAAAAA1"><script>var a = 1</script>');
  const before = document.documentElement.outerHTML;
  extract(document, "https://www.amazon.de/dp/B000000000", rules.amazon as CompiledRules);
  expect(document.documentElement.outerHTML).toBe(before);
});
