import { endOf, extract } from "../rules/engine.ts";

/** Runs the rules of shops for all of our scripts in a page; comes with the rules. */
const engine = { extract, endOf };

declare global {
  var caveatEngine: typeof engine;
}

globalThis.caveatEngine = engine;
