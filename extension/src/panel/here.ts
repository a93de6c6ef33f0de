import type {} from "../content/law.ts";
import type {} from "../content/reconcile.ts";
import type {} from "../content/reviews.ts";
import { ask } from "../wire.ts";
import type { Site } from "./site.ts";

/** The page in which the panel stands. */
export const here: Site = {
  table: () => globalThis.caveatShop.table,
  async law(country) {
    await ask("closer", { look: "law", country });
    return globalThis.caveatAssess?.() ?? null;
  },
  async reviews() {
    await ask("closer", { look: "reviews", country: "" });
    return globalThis.caveatReviews?.() ?? null;
  },
};
