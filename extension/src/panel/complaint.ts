import type { Answers } from "../drafts.ts";
import type { Sight } from "../content/types.ts";
import type { PlatformTable } from "../identity.ts";
import { cleaned } from "../clean_url.ts";
import "../rules/money.ts";

/** A complaint as far as the page can fill it in. Field ids are those of complaints/intake/fields.json. */
export function answersFrom(sight: Sight, table: PlatformTable): Answers {
  const { title, price, currency } = sight.read();
  const facts: Record<string, string | null | undefined> = {
    listing_url: cleaned(new URL(sight.url), table),
    platform: sight.platform,
    item_id: sight.itemId,
    merchant_key: sight.merchant,
    merchant_name: sight.merchantName,
    product_title: title,
    amount: price,
    currency: currency,
  };
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
