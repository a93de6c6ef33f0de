import type { Assessment } from "../law/assess.ts";
import type { PlatformTable } from "../identity.ts";
import type { ReviewCard } from "../reviews/card.ts";

/** The page that the panel speaks about, be it around the panel or in another tab. */
export interface Site {
  /** What is known of addresses: the page brings it along, the popup holds it. */
  readonly table: () => PlatformTable;
  /** What it discloses, by the law of a buyer's country; null where it cannot be read. */
  law(country: string): Promise<Assessment | null>;
  /** What can be counted in its reviews. */
  reviews(): Promise<ReviewCard | null>;
  /** A picture of what is in view, as a data address; only where the browser allows it. */
  readonly picture?: () => Promise<string | null>;
}
