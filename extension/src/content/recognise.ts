import { type Elsewhere, identify, type Identity, listingKey, merchantKey, type PlatformTable } from "../identity.ts";
import type { CompiledRules, Fields } from "../rules/engine.ts";
import type {} from "./codes.ts";
import type {} from "./engine.ts";
import type { Sight, Where } from "./types.ts";

/** What content/shop.*.js puts in place: one platform's addresses and rules, or those of all other shops. */
export interface Shop {
  readonly table: PlatformTable;
  readonly rules: CompiledRules;
  /** Who sells and what is sold at an address; only for shops that are no platform. */
  readonly web?: { readonly elsewhere: Elsewhere; readonly listingKey: (identity: Identity) => string | null };
}

/** A shop of its own is known only by its pages, which may build themselves after they have loaded. */
export function isPlatform({ web }: Shop): boolean {
  return !web;
}

/** Fields that tell whose page it is; one that is still loading is asked for its seller only. */
const SELLER = /^seller/;
const IDENTITY = /^(?:seller|gtin|brand|model)/;

/** What a product page says, null for any other page, unless the user asked about that. */
export function recognise(document: Document, { url, asked }: Where, shop: Shop): Sight | null {
  const identity = identify(url, shop.table, shop.web?.elsewhere);
  const platform = identity.platform;
  if (!platform || (isPlatform(shop) && identity.kind !== "product" && !asked)) return null;
  const read = (wanted = /^/): Fields => {
    const named = Object.entries(shop.rules.fields).filter(([name]) => wanted.test(name));
    return globalThis.caveatEngine.extract(document, url, { ...shop.rules, fields: Object.fromEntries(named) }, { ...identity });
  };
  const fields = !isPlatform(shop) ? read() : read(document.readyState === "loading" ? SELLER : IDENTITY);
  if (!isPlatform(shop) && !fields.price && !asked) return null;
  const listing = (shop.web?.listingKey ?? listingKey)(identity);
  return {
    url: identity.canonical_url ?? url,
    site: new URL(url).hostname,
    platform,
    platformName: shop.table.platforms[platform]?.name ?? null,
    itemId: identity.item_id,
    ...seller(identity.merchant_key, fields, platform, shop),
    safety: [listing ?? [], globalThis.caveatCodes?.(fields) ?? []].flat(),
    read: () => read(),
  };
}

type Named = Pick<Sight, "merchant" | "merchantName">;

/** The seller in the address and the seller on the page must be one, else there is none. */
function seller(addressed: string | null, { seller: named }: Fields, platform: string, { table }: Shop): Named {
  const shown = named?.id && table.platforms[platform] ? merchantKey(platform, named.id, table) : null;
  const agree = !addressed || !shown || addressed === shown;
  return { merchant: agree ? (addressed ?? shown) : null, merchantName: (agree && named?.name) || null };
}
