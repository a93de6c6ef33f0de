import { readFileSync } from "node:fs";
import { files } from "../../extension/build.ts";
import { type Data, readData } from "../../extension/data.ts";
import { release } from "../../extension/flags.ts";
import { bestLocale } from "../../extension/src/languages.ts";
import { type Language, speaker } from "../../extension/src/text.ts";

const STORES = ["de", "en", "es", "fr", "ja", "ko", "pt_BR", "zh_CN", "zh_TW"];

let data: Data;
let made: Map<string, string | Uint8Array>;
beforeAll(async () => {
  data = readData();
  made = await files("chromium", release, data);
}, 60_000);

const script = (path: string): Language => JSON.parse(String(made.get(path)).replace(/^globalThis\.\w+ = /, "").replace(/;\n$/, ""));

it("names and describes itself in the nine languages of the stores", () => {
  const found = [...made.keys()].filter((path) => path.startsWith("_locales/"));
  expect(found).toEqual(STORES.map((name) => `_locales/${name}/messages.json`));
  const said = found.map((path) => JSON.parse(String(made.get(path))));
  // What the stores take at most.
  for (const { name, description } of said) {
    expect(name.message).toBe("Caveat");
    expect(description.message.length).toBeLessThanOrEqual(132);
  }
  expect(new Set(said.map(({ description }) => description.message)).size).toBe(STORES.length);
});

it("has the same words in every language, in files of their own", () => {
  for (const part of ["content/words", "pages/words"]) {
    const keys = Object.keys(script(`${part}.en.js`).messages);
    for (const locale of data.locales) {
      const words = script(`${part}.${locale}.js`);
      expect(words.locale).toBe(locale);
      expect(Object.keys(words.messages), locale).toEqual(keys);
      expect(speaker(words)("panel.state.rated", { grade: "B" }), locale).toContain("B");
    }
  }
});

it("brings the words of no other language into a page", () => {
  const text = (locale: string): string => speaker(script(`content/words.${locale}.js`))("panel.complain");
  const shared = [...made].filter(([path]) => path.endsWith(".js") && !/(words|badge)\./.test(path));
  for (const locale of data.locales) {
    for (const [path, content] of shared) expect(String(content), path).not.toContain(text(locale));
    const own = String(made.get(`content/words.${locale}.js`));
    for (const other of data.locales) if (text(other) !== text(locale)) expect(own, locale).not.toContain(text(other));
  }
});

it("finds the nearest language that it speaks", () => {
  const pairs = [["zh-TW", "zh-Hant"], ["zh-HK", "zh-Hant"], ["zh-CN", "zh-Hans"], ["zh-SG", "zh-Hans"], ["pt-PT", "pt-BR"], ["es-MX", "es"], ["de-CH", "de"], ["nl", "en"]];
  for (const [wanted, best] of pairs) expect(bestLocale([wanted as string], data.locales), wanted).toBe(best);
});

it("gives each script its own fonts", () => {
  const tokens = readFileSync(new URL("../../service/static/tokens.css", import.meta.url), "utf8");
  for (const locale of ["ko", "ja", "zh-Hans", "zh-Hant"]) expect(tokens).toContain(`:lang(${locale}) {`);
});
