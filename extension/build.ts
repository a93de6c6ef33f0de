/**
 * Builds the extension: `node build.ts [--test] [--api URL] [--out DIR]` writes DIR/chromium and
 * DIR/firefox. What is written is readable, sorted and the same on every machine.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type OnLoadResult, type Plugin } from "esbuild";
import { type Data, readData, readers, shopFiles, storeFile, textFiles, webShop } from "./data.ts";
import { type Flags, release, test } from "./flags.ts";
import { icon } from "./icons.ts";
import { inlined, styled } from "./style.ts";
import { type Browser, browsers, ICON_SIZES, manifest, MINIMUM } from "./manifest.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const LICENCE = "../LICENSE";
const PAGES = ["welcome", "options", "bought", "complaint"];
/** The service's own look, so that a page of the extension and one of the service are the same hand. */
const TOKENS = "../service/static/tokens.css";
const STYLES = [TOKENS, "../service/static/caveat.css", "src/pages/style.css"];
const ENTRIES = {
  background: "src/background/main.ts",
  "content/content": "src/content/main.ts",
  "content/codes": "src/content/codes.ts",
  "content/embedded": "src/content/embedded.ts",
  "content/structured": "src/content/structured.ts",
  "content/plain": "src/content/plain.ts",
  "content/panel": "src/panel/main.ts",
  "content/shop.web": "src/content/web.ts",
  ...Object.fromEntries(PAGES.map((page) => [`pages/${page}`, `src/pages/${page}.ts`])),
};

/** Every file of one browser's package, by its path in it. */
export async function files(browser: Browser, flags: Flags, data: Data): Promise<Map<string, string | Uint8Array>> {
  const made = new Map<string, string | Uint8Array>();
  made.set("manifest.json", json(manifest(browser, flags, version(), data.patterns)));
  if (existsSync(join(HERE, LICENCE))) made.set("LICENSE", source(LICENCE));
  for (const [path, text] of [...data.locales.flatMap(textFiles), ...data.locales.map(storeFile)]) made.set(path, text);
  for (const [name, text] of shopFiles(data)) made.set(`content/${name}`, text);
  for (const size of ICON_SIZES) made.set(`icons/${size}.png`, icon(size));
  for (const page of PAGES) made.set(`pages/${page}.html`, source(`src/pages/${page}.html`));
  made.set("pages/style.css", STYLES.map(source).join("\n"));
  for (const [path, text] of await scripts(browser, flags, data)) made.set(path, text);
  return new Map([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function scripts(browser: Browser, flags: Flags, data: Data): Promise<[string, string][]> {
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: ENTRIES,
    outdir: "/",
    write: false,
    bundle: true,
    format: "iife",
    charset: "utf8",
    target: `${browser === "firefox" ? "firefox" : "chrome"}${parseInt(MINIMUM[browser], 10)}`,
    legalComments: "none",
    define: Object.fromEntries(Object.entries(flags).map(([name, value]) => [`FLAGS.${name}`, JSON.stringify(value)])),
    plugins: [compiled(data)],
    logLevel: "warning",
  });
  return result.outputFiles.map((file) => [file.path.replaceAll("\\", "/").slice(1), file.text]);
}

/** Answers `caveat:…` imports with what was compiled. */
function compiled(data: Data): Plugin {
  const { platforms, locales, worker, fields } = data;
  const badge = inlined(source(TOKENS), source("src/content/badge.css"));
  const modules: Record<string, () => OnLoadResult> = {
    platforms: () => ({ loader: "json", contents: JSON.stringify(platforms) }),
    locales: () => ({ loader: "json", contents: JSON.stringify(locales) }),
    worker: () => ({ loader: "json", contents: JSON.stringify(worker) }),
    readers: () => ({ loader: "json", contents: JSON.stringify(readers(data)) }),
    web: () => ({ loader: "json", contents: JSON.stringify(webShop(data)) }),
    fields: () => ({ loader: "json", contents: JSON.stringify(fields) }),
    "style/badge": () => ({ loader: "text", contents: badge }),
    "style/panel": () => ({ loader: "text", contents: styled(source(TOKENS), source("src/panel/panel.css")) }),
  };
  return {
    name: "caveat-data",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^caveat:/ }, ({ path }) => ({ path: path.slice("caveat:".length), namespace: "caveat" }));
      onLoad({ filter: /.*/, namespace: "caveat" }, ({ path }) => modules[path]?.());
    },
  };
}

/** The extension goes by the number of the whole project. */
function version(): string {
  const found = /^version = "([\d.]+)"$/m.exec(source("../pyproject.toml"));
  if (!found?.[1]) throw new Error("pyproject.toml: version is missing");
  return found[1];
}

function source(path: string): string {
  return readFileSync(join(HERE, path), "utf8");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function write(folder: string, made: Map<string, string | Uint8Array>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of made) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { test: { type: "boolean" }, api: { type: "string" }, out: { type: "string" } },
  });
  const base = values.test ? test : release;
  const flags = values.api ? { ...base, apiOrigin: new URL(values.api).origin } : base;
  const data = readData();
  for (const browser of browsers) {
    const folder = join(values.out ?? join(HERE, values.test ? "dist/test" : "dist"), browser);
    write(folder, await files(browser, flags, data));
    console.log(folder);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
}
