import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify, merchantKey, type PlatformTable } from "../../extension/src/identity.ts";
import { folded } from "../../extension/fold.ts";
import { anyListingKey, identifyAny, unfolded } from "../../extension/src/web_identity.ts";

const project = new URL("../..", import.meta.url).pathname;
const vectors = JSON.parse(readFileSync(join(project, "tests/vectors/identity.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "caveat-"));
const python = process.env.PYTHON ?? join(project, ".venv/bin/python");
execFileSync(python, ["-m", "scrapers.export", folder], { cwd: project });
const table: PlatformTable = JSON.parse(readFileSync(join(folder, "platforms.json"), "utf8"));
const listed: string = JSON.parse(readFileSync(join(folder, "suffixes.json"), "utf8"));
const suffixes = folded(listed);
rmSync(folder, { recursive: true });

test("a folded list of suffixes holds each of them once, and is much shorter", () => {
  expect(unfolded(suffixes).sort()).toEqual(listed.split(" ").sort());
  expect(suffixes.length).toBeLessThan(0.6 * listed.length);
});

test.each(vectors.cases as { url: string; is: Record<string, string> }[])("$url", ({ url, is }) => {
  const identity = identifyAny(url, table, suffixes);
  const { url: given, ...said } = identity;
  const all = { ...said, listing_key: anyListingKey(identity) };
  expect(given).toBe(url);
  expect(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))).toEqual(is);
});

test.each(vectors.refused as string[])("refuses %j", (url) => {
  expect(() => identify(url, table)).toThrow(TypeError);
});

test("an independent shop's merchant stays open without the suffix list", () => {
  expect(identify("https://www.shop.example/p", table).merchant_key).toBeNull();
});

test("user names are one however they are written, other ids are not touched", () => {
  expect(merchantKey("ebay", "Clip.Clop", table)).toBe("ebay:user:clip.clop");
  expect(merchantKey("amazon", "A3JWKAKR8XB7XF", table)).toBe("amazon:seller:A3JWKAKR8XB7XF");
});
