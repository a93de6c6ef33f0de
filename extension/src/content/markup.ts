/**
 * Stands in for rules/structured.ts in content/content.js. The big platforms are read without
 * schema.org, so its readers are a file of their own that only the other shops run before.
 */
import type * as structured from "../rules/structured.ts";

type Readers = Pick<typeof structured, "jsonProducts" | "microProducts" | "microValues">;

declare global {
  /** Put in place by content/structured.js. */
  var caveatMarkup: Readers | undefined;
}

const none = (): never[] => [];
export { jsonValues } from "../rules/structured.ts";
export const jsonProducts: Readers["jsonProducts"] = (...of) => (globalThis.caveatMarkup?.jsonProducts ?? none)(...of);
export const microProducts: Readers["microProducts"] = (...of) => (globalThis.caveatMarkup?.microProducts ?? none)(...of);
export const microValues: Readers["microValues"] = (...of) => (globalThis.caveatMarkup?.microValues ?? none)(...of);
