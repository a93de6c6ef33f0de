/** The extension's own reader of pages, for tests that set its answers beside Python's. */
import { identify, type PlatformTable } from "../../extension/src/identity.ts";
import { type CompiledRules, extract, type Fields } from "../../extension/src/rules/engine.ts";
import "../../extension/src/rules/embedded.ts";
import "../../extension/src/rules/money.ts";
import "../../extension/src/rules/product.ts";
import "../../extension/src/rules/structured.ts";

declare global {
  var caveatRead: typeof read;
  var caveatTimed: typeof timed;
}

/** What the page that is open says, read by the rules of its platform. */
function read(url: string, table: PlatformTable, rules: Readonly<Record<string, CompiledRules>>): Fields {
  const identity = identify(url, table);
  return extract(document, url, rules[identity.platform ?? ""] ?? (rules.generic as CompiledRules), { ...identity });
}

/** Milliseconds of one identification (the mean of many) and of each of some readings of the open page. */
function timed(url: string, table: PlatformTable, rules: Readonly<Record<string, CompiledRules>>, times: number): number[] {
  const many = 200;
  const start = performance.now();
  for (let at = 0; at < many; at++) identify(url, table);
  const found = [(performance.now() - start) / many];
  for (let at = 0; at < times; at++) {
    const before = performance.now();
    read(url, table, rules);
    found.push(performance.now() - before);
  }
  return found;
}

globalThis.caveatRead = read;
globalThis.caveatTimed = timed;
