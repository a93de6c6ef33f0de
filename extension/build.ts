/**
 * Builds the extension: `node build.ts [--test] [--api URL] [--out DIR]` writes DIR/chromium and
 * DIR/firefox, each also as a zip. What is written is readable, sorted and the same on every machine.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { zipSync } from "fflate";
import { build, type BuildOptions, type OnLoadResult, type Plugin } from "esbuild";
import { type Data, keyFile, lawFiles, laws, readData, readers, shopFiles, storeFile, textFiles } from "./data.ts";
import { type Flags, release, test } from "./flags.ts";
import { icon } from "./icons.ts";
import { inlined, styled } from "./style.ts";
import { type Browser, browsers, ICON_SIZES, manifest, MINIMUM } from "./manifest.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
/** The first moment that a zip can name, in the builder's own time zone as zips have it. */
const EARLIEST = new Date(1980, 0, 1);
const LICENCE = "../LICENSE";
const PAGES = ["welcome", "options", "bought", "complaint", "popup"];
/** The service's own look, so that a page of the extension and one of the service are the same hand. */
const TOKENS = "../service/static/tokens.css";
const STYLES = [TOKENS, "../service/static/caveat.css", "src/pages/style.css"];
/** Scripts of shops' pages, each whole in itself. */
const CONTENT = {
  "content/content": "src/content/main.ts",
  "content/codes": "src/content/codes.ts",
  "content/embedded": "src/content/embedded.ts",
  "content/engine": "src/content/engine.ts",
  "content/structured": "src/content/structured.ts",
  "content/glance": "src/content/glance.ts",
  "content/law": "src/content/law.ts",
  "content/reviews": "src/content/reviews.ts",
  "content/panel": "src/panel/main.ts",
  "content/shop.web": "src/content/web.ts",
};
/** Scripts of our own pages and the worker are modules: what several of them need stands once. */
const OWN = {
  background: "src/background/main.ts",
  ...Object.fromEntries(PAGES.map((page) => [`pages/${page}`, `src/pages/${page}.ts`])),
};

/** Every file of one browser's package, by its path in it. */
export async function files(browser: Browser, flags: Flags, data: Data): Promise<Map<string, string | Uint8Array>> {
  const made = new Map<string, string | Uint8Array>();
  made.set("manifest.json", json(manifest(browser, flags, version(), data.patterns)));
  if (existsSync(join(HERE, LICENCE))) made.set("LICENSE", source(LICENCE));
  for (const [path, text] of [...data.locales.flatMap(textFiles), keyFile(), ...data.locales.map(storeFile)]) made.set(path, text);
  for (const [name, text] of [...shopFiles(data), ...lawFiles(data)]) made.set(`content/${name}`, text);
  for (const size of ICON_SIZES) made.set(`icons/${size}.png`, icon(size));
  for (const page of PAGES) made.set(`pages/${page}.html`, source("src/pages/page.html").replaceAll("{page}", page));
  made.set("pages/style.css", STYLES.map(source).join("\n"));
  for (const [path, text] of await scripts(browser, flags, data)) made.set(path, text);
  return new Map([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function scripts(browser: Browser, flags: Flags, data: Data): Promise<[string, string][]> {
  const shared: BuildOptions = {
    absWorkingDir: HERE,
    outdir: "/",
    bundle: true,
    charset: "utf8",
    target: `${browser === "firefox" ? "firefox" : "chrome"}${parseInt(MINIMUM[browser], 10)}`,
    legalComments: "none",
    define: Object.fromEntries(Object.entries(flags).map(([name, value]) => [`FLAGS.${name}`, JSON.stringify(value)])),
    plugins: [compiled(data)],
    logLevel: "warning",
  };
  const made = await Promise.all([
    build({ ...shared, write: false, entryPoints: CONTENT, format: "iife" }),
    build({ ...shared, write: false, entryPoints: OWN, format: "esm", splitting: true, chunkNames: "shared/[hash]" }),
  ]);
  return made.flatMap(({ outputFiles }) => outputFiles).map((file) => [file.path.replaceAll("\\", "/").slice(1), file.text]);
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
    law: () => ({ loader: "json", contents: JSON.stringify(data.law.words) }),
    laws: () => ({ loader: "json", contents: JSON.stringify(laws(data)) }),
    reviews: () => ({ loader: "json", contents: JSON.stringify(data.reviews) }),
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

/** The package that a store takes: the same files give the same bytes. */
export function zipped(made: ReadonlyMap<string, string | Uint8Array>): Uint8Array {
  const bytes = [...made].map(([path, content]) => [path, typeof content === "string" ? new TextEncoder().encode(content) : content]);
  return zipSync(Object.fromEntries(bytes) as Record<string, Uint8Array>, { level: 9, mtime: EARLIEST, os: 0 });
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
    const made = await files(browser, flags, data);
    write(folder, made);
    writeFileSync(`${folder}.zip`, zipped(made));
    console.log(folder);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
}
