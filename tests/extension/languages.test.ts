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

/** The words that the scripts of one language put in place. */
function words(locale: string): Language {
  const globals: { caveatWords?: Language } = {};
  const both = ["keys", locale].map((name) => String(made.get(`words/${name}.js`)).replaceAll("caveatKeys[", "globalThis.caveatKeys["));
  for (const text of both) new Function("globalThis", text)(globals);
  return globals.caveatWords as Language;
}

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
  const keys = Object.keys(words("en").messages);
  expect(keys.length).toBeGreaterThan(400);
  for (const locale of data.locales) {
    const { messages, ...own } = words(locale);
    expect(own.locale).toBe(locale);
    expect(Object.keys(messages), locale).toEqual(keys);
    expect(Object.values(messages), locale).not.toContain(undefined);
    expect(speaker({ locale, messages })("panel.state.rated", { grade: "B" }), locale).toContain("B");
  }
});

it("brings the words of no other language into a page", () => {
  const text = (locale: string): string => speaker(words(locale))("panel.complain");
  const shared = [...made].filter(([path]) => path.endsWith(".js") && !/^words\/|badge\./.test(path));
  for (const locale of data.locales) {
    for (const [path, content] of shared) expect(String(content), path).not.toContain(text(locale));
    const own = String(made.get(`words/${locale}.js`));
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
