import type { Answers } from "../drafts.ts";
import type { Sight } from "../content/types.ts";

/** A complaint as far as the page can fill it in. Field ids are those of complaints/fields.json. */
export function answersFrom(sight: Sight): Answers {
  const facts: Record<string, string | null> = {
    listing_url: sight.url,
    platform: sight.platform,
    item_id: sight.itemId,
    merchant_key: sight.merchant,
    merchant_name: sight.merchantName,
    product_title: sight.title,
    amount: sight.price,
    currency: sight.currency,
  };
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== null));
}
