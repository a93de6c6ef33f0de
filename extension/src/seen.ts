import { caseOf } from "./cases.ts";
import { readPurchase } from "./purchases.ts";
import { requirePage, shelf } from "./store.ts";
import type { Memory, Seen } from "./wire.ts";

/** Listings that are kept; older ones are forgotten. */
const LIMIT = 500;
/** Characters from which two equal titles are one product and not one word for many. */
const TELLING = 12;

/** A listing whose panel was opened, as it was when that happened first. */
export interface Kept extends Seen {
  readonly at: string;
}

const listings = shelf<Kept>("caveat-seen", "listings");

/**
 * What this device knows of a listing whose panel is opened: whether it had another seller when it was first
 * seen, whether the same product stood under another number, and whether it was bought.
 */
export async function remember({ seen }: { seen: Seen }): Promise<Memory> {
  requirePage(seen.url);
  const [first, all, purchase] = [await listings.get(seen.id), await listings.all(), await readPurchase(seen.id)];
  const filed = await caseOf(seen.id);
  const twin = all.find((other) => isTwin(seen, other));
  // The seller of the first time stays: a change is told each time, not only once.
  if (!first?.merchant) await keep({ ...seen, at: first?.at ?? new Date().toISOString() }, all);
  const switched = first?.merchant && seen.merchant && first.merchant !== seen.merchant ? first : null;
  return {
    switched: switched && { name: switched.merchantName ?? switched.merchant ?? "", at: switched.at },
    relisted: twin ? { url: twin.url, at: twin.at } : null,
    bought: purchase?.at ?? null,
    complaint: filed && { id: filed.id, state: filed.state },
  };
}

export const allSeen = (): Promise<Kept[]> => listings.all();
export const forgetSeen = (): Promise<void> => listings.clear();

async function keep(record: Kept, all: readonly Kept[]): Promise<void> {
  await listings.put(record);
  const oldest = all.toSorted((a, b) => a.at.localeCompare(b.at)).slice(0, Math.max(0, all.length + 1 - LIMIT));
  for (const { id } of oldest) if (id !== record.id) await listings.remove(id);
}

/** The same platform, another number, and either the same title or the same code of the product. */
function isTwin(one: Seen, other: Seen): boolean {
  if (one.platform !== other.platform || one.id === other.id) return false;
  const title = plain(one.title);
  return (title.length >= TELLING && title === plain(other.title)) || one.codes.some((code) => other.codes.includes(code));
}

function plain(title: string): string {
  return title.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
