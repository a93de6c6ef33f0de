// Runs ICU MessageFormat strings that the build has parsed (`parse(text, {ignoreTag: true})` of
// @formatjs/icu-messageformat-parser). `service/core/messages.py` is the twin;
// tests/vectors/messages.json judges both.

export type Args = Record<string, string | number | boolean | Date>;

/** The part of the parser's tree that our subset uses; `type` is the parser's own numbering. */
export type Ast = readonly Node[];
type Options = Record<string, { value: Ast }>;
type Node =
  | { type: 0; value: string }
  | { type: 1; value: string }
  | { type: 2 | 3; value: string; style?: string | null }
  | { type: 5; value: string; options: Options }
  | { type: 6; value: string; options: Options; offset: number }
  | { type: 7 };

/** Fill in a message. `counted` is what `#` stands for: the nearest plural's number less its offset. */
export function format(ast: Ast, args: Args, locale: string, counted = 0): string {
  const number = (value: unknown, options?: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(locale, options).format(value as number);
  return ast.map((node) => {
    if (node.type === 0) return node.value;
    if (node.type === 7) return number(counted);
    const value = args[node.value] as string;
    if (node.type === 2) {
      return number(value, node.style === "percent" ? { style: "percent" }
        : node.style ? { maximumFractionDigits: 0 } : {});
    }
    if (node.type === 3) {
      // UTC: the same moment is the same day on every surface.
      const dateStyle = (node.style ?? "medium") as "medium";
      return new Intl.DateTimeFormat(locale, { dateStyle, timeZone: "UTC" }).format(new Date(value));
    }
    if (node.type === 5) return format(choose(node.options, value), args, locale, counted);
    if (node.type === 6) {
      const rest = +value - node.offset;
      const form = new Intl.PluralRules(locale).select(rest);
      return format(choose(node.options, "=" + value, form), args, locale, rest);
    }
    return typeof value === "number" ? number(value) : value;
  }).join("");
}

function choose(options: Options, ...names: string[]): Ast {
  const name = names.find((each) => Object.hasOwn(options, each)) ?? "other";
  return (options[name] as { value: Ast }).value;
}
