import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { files, zipped } from "../../extension/build.ts";
import { type Data, readData } from "../../extension/data.ts";
import { release, test as forTests } from "../../extension/flags.ts";
import { browsers } from "../../extension/manifest.ts";
import { styled } from "../../extension/style.ts";

let data: Data;
beforeAll(() => {
  data = readData();
}, 60_000);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Lines that stand in only one of two texts. */
function differing(one: string, other: string): string[] {
  const [first, second] = [one.split("\n"), other.split("\n")];
  return [...first.filter((line) => !second.includes(line)), ...second.filter((line) => !first.includes(line))];
}

it("is the same bytes each time and names no folder of this machine", async () => {
  for (const browser of browsers) {
    const [one, other] = [await files(browser, release, data), await files(browser, release, readData())];
    expect([...one.keys()]).toEqual([...one.keys()].sort());
    expect(new Map(other)).toEqual(one);
    expect(sha256(zipped(other))).toBe(sha256(zipped(one)));
    for (const content of one.values()) expect(String(content)).not.toContain(process.cwd());
  }
}, 60_000);

it("differs between tests and release in the named flags only", async () => {
  const [shipped, tested] = [await files("chromium", release, data), await files("chromium", forTests, data)];
  expect([...tested.keys()]).toEqual([...shipped.keys()]);
  const changed = [...shipped.keys()].filter((path) => String(shipped.get(path)) !== String(tested.get(path)));
  expect(changed.sort()).toEqual(["content/content.js", "manifest.json"]);
  const lines = differing(String(shipped.get("content/content.js")), String(tested.get("content/content.js")));
  expect(lines.map((line) => line.trim())).toEqual([
    'const root = host.attachShadow({ mode: false ? "open" : "closed" });',
    'const root = host.attachShadow({ mode: true ? "open" : "closed" });',
  ]);
  const [one, other] = [shipped, tested].map((made) => JSON.parse(String(made.get("manifest.json"))));
  const { host_permissions, content_security_policy } = one;
  expect({ ...other, host_permissions, content_security_policy }).toEqual(one);
  expect(other.content_security_policy.extension_pages.replace(" http://*.localhost:*", "")).toBe(content_security_policy.extension_pages);
  expect(other.host_permissions).toEqual([...one.host_permissions, ...one.optional_host_permissions]);
}, 60_000);

it("gives each shop its own rules only", async () => {
  const made = await files("chromium", release, data);
  const amazon = String(made.get("content/shop.amazon.js"));
  expect(amazon).toContain("amazon.co.jp");
  expect(amazon).not.toContain("aliexpress");
  expect(String(made.get("content/content.js"))).not.toContain("amazon");
});

it("can be read: nothing is minified, nothing is fetched from elsewhere", async () => {
  const made = await files("chromium", release, data);
  for (const [path, content] of made) {
    if (!path.endsWith(".js")) continue;
    expect(String(content)).not.toMatch(/\beval\(|new Function\(|importScripts|\bimport\(/);
  }
  const content = String(made.get("content/content.js"));
  expect(content.split("\n").length).toBeGreaterThan(300);
  expect(content).toContain("function recognise(");
});

it("takes the rules that shops share from one place", async () => {
  const made = await files("chromium", release, data);
  const run = (...names: string[]): { caveatShop: { rules: unknown } } => {
    const globals = {} as { caveatShop: { rules: unknown } };
    for (const name of names) new Function("globalThis", `with (globalThis) {${String(made.get(`content/${name}.js`))}}`)(globals);
    return globals;
  };
  for (const name of Object.keys(data.platforms.platforms)) expect(run("rules", `shop.${name}`).caveatShop.rules, name).toEqual(data.rules[name]);
});

it("stays light on a page", async () => {
  const made = await files("chromium", release, data);
  const size = (path: string): number => gzipSync(made.get(path) as string, { level: 9 }).length;
  expect(size("content/content.js")).toBeLessThanOrEqual(7_900);
  expect(size("content/engine.js")).toBeLessThanOrEqual(2_600);
  expect(size("content/codes.js")).toBeLessThan(5_400);
  // The goal of 150 kB is missed, see docs/extension.md; this keeps it from growing unnoticed.
  expect(zipped(made).length).toBeLessThan(330_000);
});

it("brings only the tokens that a sheet uses, also through others, and none twice", () => {
  const tokens = ":root,:host{--a: red;--b: var(--c);--c: blue;--d: green;}";
  expect(styled(tokens, "p{color:var(--b)}")).toContain(":root,:host{--b: var(--c);--c: blue}p{color:var(--b)}");
  expect(styled(tokens, "p{color:var(--a)}", ":root{--a:red}")).not.toContain("--a:");
});
