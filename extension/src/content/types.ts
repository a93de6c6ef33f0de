import type { State } from "../look/mark.ts";
import type { Verdict } from "../lookup/buckets.ts";
import type { CompiledRules, Fields } from "../rules/engine.ts";

/** The page that is looked at, and why. */
export interface Where {
  readonly url: string;
  /** The toolbar button was pressed here, so there is an answer on any page and on any site. */
  readonly asked: boolean;
}

/** What a product page says about itself: facts for the lookup and for a complaint. */
export interface Sight {
  readonly url: string;
  readonly site: string;
  readonly platform: string;
  readonly platformName: string | null;
  readonly itemId: string | null;
  /** Null when the page names no seller, or names several and they disagree. */
  readonly merchant: string | null;
  /** As the page has it: cleaned where it is shown and where it is sent. */
  readonly merchantName: string | null;
  /** Keys under which official notices may stand. */
  readonly safety: readonly string[];
  /** Reads the page again, by then with all transforms that have come into it. */
  readonly read: () => Fields;
}

/** What all shops share, and the whole of what an independent one is read with. */
export interface SharedRules extends CompiledRules {
  /** Parameters of addresses that say nothing about what they lead to. */
  readonly tracking: readonly string[];
}

/** All that a badge can say in one language. */
export interface BadgeWords {
  readonly locale: string;
  /** What a screen reader says, with "…" where the state comes. */
  readonly name: string;
  /** By state; ratings as "rated.A" and so on. */
  readonly states: Readonly<Record<string, string>>;
}

/** Everything that the badge and the panel show. */
export interface View {
  readonly sight: Sight;
  readonly verdict: Verdict;
  readonly state: State;
}
