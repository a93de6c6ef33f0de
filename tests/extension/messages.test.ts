import { globSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { transform } from "../../extension/node_modules/esbuild/lib/main.js";
import { parse } from "../../extension/node_modules/@formatjs/icu-messageformat-parser/index.js";
import { type Args, type Ast, format } from "../../extension/src/messages.ts";

interface Case { name: string; locale: string; message: string; args: Args; text: string }

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const compiled = (text: string) => parse(text, { ignoreTag: true, captureLocation: false }) as Ast;
const vectors = JSON.parse(read("tests/vectors/messages.json")) as { cases: Case[] };

test.each(vectors.cases)("$name", ({ locale, message, args, text }) => {
  // Through JSON, as the build ships it.
  const ast = JSON.parse(JSON.stringify(compiled(message))) as Ast;
  expect(format(ast, args, locale)).toBe(text);
});

test("a Date is written like its ISO text", () => {
  const day = new Date("2026-03-05T00:00:00Z");
  expect(format(compiled("{day, date}"), { day }, "en")).toBe("Mar 5, 2026");
});

const files = globSync("service/messages/**/*.json", { cwd: new URL("../..", import.meta.url) });

test.each(files)("every message of %s parses with the build's parser", (file) => {
  const messages = JSON.parse(read(file)) as Record<string, string>;
  for (const [key, text] of Object.entries(messages)) expect(() => compiled(text), key).not.toThrow();
});

test("the runtime stays tiny", async () => {
  const { code } = await transform(read("extension/src/messages.ts"), { loader: "ts" });
  expect(gzipSync(code).length).toBeLessThanOrEqual(600);
});
