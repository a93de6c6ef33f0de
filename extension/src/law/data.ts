/** The checklists of scrapers/disclosures as scrapers/export.py gives them; schema.json there says what each field means. */
export interface Law {
  readonly jurisdiction: string;
  readonly countries: readonly string[];
  readonly on_request?: string;
  readonly items: readonly Check[];
  readonly numbers: readonly NumberKind[];
}

export interface Check {
  readonly id: string;
  readonly level: "law" | "good_practice";
  readonly act: string;
  readonly article: string;
  readonly url: string;
  readonly place: "trader" | "product" | "terms";
  readonly value: Kind;
  readonly find: readonly Way[];
  readonly schema_org?: readonly string[];
  readonly conditional?: boolean;
  readonly required_if?: string;
  readonly on_request?: boolean;
}

export type Kind = "name" | "person" | "address" | "phone" | "email" | "number" | "link" | "flag" | "choice" | "text" | "fact" | "days";

/** Exactly one of the first eight is set. */
export interface Way {
  readonly labels?: readonly string[];
  readonly numbers?: readonly string[];
  readonly pattern?: string;
  readonly says?: string;
  readonly link?: string;
  readonly terms?: string;
  readonly company?: boolean;
  readonly review?: boolean;
  readonly cues?: readonly string[];
  readonly gives?: string | boolean;
  readonly alone?: boolean;
  readonly lines?: boolean;
  readonly number_in_link?: string;
  readonly same_as?: string;
}

export interface NumberKind {
  readonly key: string;
  readonly validator: string;
  readonly pattern: string;
  readonly labels: readonly string[];
  readonly cues?: readonly string[];
  readonly after?: string;
  readonly needs?: string;
  readonly pattern_only?: boolean;
  readonly ambiguous?: boolean;
}

/** What all checklists share. */
export interface LawWords {
  readonly links: readonly { readonly kind: string; readonly text?: string; readonly path?: string; readonly host?: string }[];
  readonly reviews: readonly { readonly gives: string; readonly says: string }[];
  readonly review_cues: readonly string[];
  readonly terms: { readonly says: string; readonly not_about: string; readonly days: string; readonly none: string };
  readonly days: Readonly<Record<string, number>>;
  readonly company_before: readonly string[];
  readonly company_after: readonly string[];
  readonly placeholders: string;
  readonly not_contact: string;
  readonly seller_heading: string;
}
