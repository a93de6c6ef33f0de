/** Ways into the data that a shop's own inline scripts carry. */
import { captured } from "./captured.ts";
import type { Reading } from "./engine.ts";
import { jsonValues } from "./json.ts";
import { READERS, TRANSFORMS } from "./registry.ts";

Object.assign(READERS, {
  script: (reading: Reading, { script = "", code }) => {
    const text = scripts(reading);
    const found = [...text.matchAll(new RegExp(script, "gi"))];
    return (code ? inCode(text, found) : found).map(captured);
  },
  state: (reading: Reading, { state = "", path = "" }) => embedded(scripts(reading), state).flatMap((value) => jsonValues(value, path)),
} satisfies typeof READERS);

/** The matches that do not begin inside a string: what people wrote is quoted there. */
function inCode(text: string, found: RegExpExecArray[]): RegExpExecArray[] {
  const strings = found.length ? text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g) : [].values();
  let string = strings.next().value;
  return found.filter((match) => {
    while (string && string.index + string[0].length <= match.index) string = strings.next().value;
    return !(string && string.index < match.index);
  });
}

/** What only those scripts need undone. */
Object.assign(TRANSFORMS, {
  digits: (text: string) => (/^\d{1,24}$/.test(text) ? text : null),
  script_string: (text: string) =>
    text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))).replaceAll("\\/", "/"),
});

function scripts(reading: Reading): string {
  const nodes = reading.document.querySelectorAll('script:not([src]):not([type*="ld+json"])');
  reading.scripts ??= [...nodes].filter((node) => !node.contains(reading.end)).map((node) => node.textContent).join("\n");
  return reading.scripts;
}

/** Each JSON object that stands right after a marker in the scripts. */
function embedded(text: string, marker: string): unknown[] {
  return [...text.matchAll(new RegExp(marker, "gi"))].flatMap((match) => {
    const start = match.index + match[0].length;
    try {
      return [JSON.parse(text.slice(start, start + objectLength(text.slice(start))))];
    } catch {
      return [];
    }
  });
}

/** Characters up to the brace that closes the first one; braces in strings do not count. */
function objectLength(text: string): number {
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (match[0] === "{") depth++;
    else if (match[0] === "}" && --depth === 0) return match.index + 1;
  }
  return 0;
}
