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
/** Shops whose rules look into schema.org markup. */
declare module "caveat:reads-markup" {
  const shops: string[];
  export default shops;
}
declare module "caveat:web" {
  const web: {
    table: import("./identity.ts").PlatformTable;
    rules: import("./rules/engine.ts").CompiledRules;
    suffixes: import("./web_identity.ts").Suffixes;
  };
  export default web;
}
declare module "caveat:languages" {
  const languages: import("./text.ts").Language[];
  export default languages;
}
declare module "caveat:fields" {
  const fields: import("./pages/fields.ts").FieldFile;
  export default fields;
}
