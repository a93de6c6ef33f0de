/** What a page discloses, item by item, in four states: the twin of assess.py for the one page that is open. */
import type { Check, Law, LawWords } from "./data.ts";
import { hits, type Hit, type Value } from "./find.ts";
import { type LegalLink, read, type Reading, TERMS_PAGES, TRADER_PAGES } from "./reading.ts";
import { fits } from "./patterns.ts";

export type ItemState = "valid" | "invalid" | "absent_required" | "not_assessable";

/** One item of a checklist with the law that asks for it. */
export interface Item {
  readonly id: string;
  readonly level: Check["level"];
  readonly act: string;
  readonly article: string;
  readonly url: string;
  readonly state: ItemState;
  /** Null unless the state is valid. */
  readonly value: Value | null;
}

export interface Assessment {
  readonly jurisdiction: string;
  readonly items: readonly Item[];
  /** Legal pages that this page links to: what is not here may stand there. */
  readonly links: readonly LegalLink[];
}

/** Characters of a legal page that is no error message. */
const FULL_PAGE = 500;

export function assess(document: Document, url: string, law: Law, words: LawWords, isPlatform: boolean): Assessment {
  const reading = read(document, url, law, words, isPlatform);
  const found = law.items.map((check): [Check, Hit[]] => [check, hits(reading, check)]);
  const text = reading.trader.map((line) => line.text).join("\n");
  const items = found.map(([check, of]) => item(check, of, wasRead(reading, check, found), text));
  return { jurisdiction: law.jurisdiction, items, links: reading.links };
}

/** Whether the place where an item belongs was read: a page that says it is that, and holds an item or enough text. */
function wasRead({ kinds, lines }: Reading, { place }: Check, found: readonly (readonly [Check, Hit[]])[]): boolean {
  const pages = place === "trader" ? TRADER_PAGES : place === "terms" ? TERMS_PAGES : [];
  const isAnswered = found.some(([check, of]) => check.place === place && of.length > 0);
  return pages.some((kind) => kinds.has(kind)) && (isAnswered || lines.reduce((sum, line) => sum + line.text.length, 0) >= FULL_PAGE);
}

function item(check: Check, found: readonly Hit[], wasRead: boolean, text: string): Item {
  const { id, level, act, article, url } = check;
  const of = (state: ItemState, value: Value | null = null): Item => ({ id, level, act, article, url, state, value });
  const right = found.find(({ value }) => value !== null);
  const isWrong = found.some(({ value }) => value === null);
  // One wrong place spoils the item where a register link leads to another number.
  if (isWrong && (!right || check.find.some((way) => way.number_in_link))) return of("invalid");
  if (right) return of("valid", right.value);
  const isRequired = check.level === "law" && !check.conditional && (!check.required_if || fits(check.required_if, text, ""));
  return of(wasRead && isRequired ? "absent_required" : "not_assessable");
}
