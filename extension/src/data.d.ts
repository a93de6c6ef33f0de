/** Set by the build; see flags.ts. */
declare const FLAGS: import("../flags.ts").Flags;

/** Style sheets as text, with those of the shared tokens that they use. */
declare module "caveat:style/*" {
  const text: string;
  export default text;
}

/** Compiled by the build from the data that Python reads too. */
declare module "caveat:platforms" {
  const table: import("./identity.ts").PlatformTable;
  export default table;
}
/** The scripts that read the pages of each shop beside its own. */
declare module "caveat:readers" {
  const readers: Record<string, string[]>;
  export default readers;
}
/** Every language that Caveat speaks to shoppers. */
declare module "caveat:locales" {
  const locales: string[];
  export default locales;
}
/** What is said where no page is, in every language. */
declare module "caveat:worker" {
  const languages: import("./text.ts").Language[];
  export default languages;
}
/** The disclosure checklist of each country that has one. */
declare module "caveat:laws" {
  const laws: Record<string, string>;
  export default laws;
}
/** What all disclosure checklists share. */
declare module "caveat:law" {
  const words: import("./law/data.ts").LawWords;
  export default words;
}
declare module "caveat:reviews" {
  const reviews: { sources: Record<string, import("./reviews/read.ts").Source[]>; words: Record<"before" | "given", string> };
  export default reviews;
}
declare module "caveat:fields" {
  const fields: import("./pages/fields.ts").FieldFile;
  export default fields;
}
