import type { Fields } from "../rules/engine.ts";
import { recognise } from "./recognise.ts";
import type {} from "./reconcile.ts";
import type { Sight } from "./types.ts";

/** A sight that can leave the page: what the page said when it was looked at. */
export type Glance = Omit<Sight, "read"> & { readonly fields: Fields; readonly page: string };

declare global {
  /** What the toolbar's popup asks of a page. */
  var caveatGlance: (() => Glance | null) | undefined;
}

globalThis.caveatGlance = () => {
  const sight = recognise(document, { url: location.href, asked: true }, globalThis.caveatShop);
  if (!sight) return null;
  const { read, ...rest } = sight;
  return { ...rest, fields: read(), page: location.href };
};
