/** Whose page is this? The twin of scrapers/identity.py, over the same table; tests/vectors/identity.json judges both. */

export const WEB = "web";

export interface Identity {
  readonly url: string;
  readonly platform: string | null;
  readonly region: string | null;
  readonly kind: "product" | "shop" | null;
  readonly item_id: string | null;
  readonly seller_id: string | null;
  readonly merchant_key: string | null;
  readonly canonical_url: string | null;
}

/** scrapers/platforms.yaml says what each of these means. */
export interface PlatformPage {
  readonly kind: "product" | "shop";
  readonly sub?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, readonly [string, string]>>;
  readonly names?: readonly string[];
  readonly item?: string;
  readonly url: string;
  readonly upper?: boolean;
}

export interface Platform {
  readonly name: string;
  readonly shop: string;
  readonly region?: string;
  readonly domains: readonly string[];
  readonly pages: readonly PlatformPage[];
}

export interface PlatformTable {
  readonly tracking: readonly string[];
  readonly platforms: Readonly<Record<string, Platform>>;
}

type Names = Record<string, string>;

/** What is said of an address that is no platform's; web_identity.ts knows more than nothing. */
export type Elsewhere = (url: URL, host: string) => Partial<Identity>;

const NOTHING = { platform: null, region: null, kind: null, item_id: null, seller_id: null, merchant_key: null, canonical_url: null } as const;

/** Tells platform, item and seller of an address. Throws a TypeError when it is no absolute URL. */
export function identify(url: string, table: PlatformTable, elsewhere?: Elsewhere): Identity {
  const parsed = new URL(url);
  const none = { url, ...NOTHING };
  if (!/^https?:$/.test(parsed.protocol)) return none;
  const host = parsed.hostname.replace(/\.$/, "").replace(/^\[|\]$/g, "");
  for (const [platform, row] of Object.entries(table.platforms)) {
    const domain = row.domains.find((each) => `.${host}`.endsWith(`.${each}`));
    if (domain) return { ...none, platform, ...onPlatform(parsed, host, domain, platform, table) };
  }
  return { ...none, ...elsewhere?.(parsed, host) };
}

/** `platform:item:id`. */
export function listingKey({ platform, item_id }: Identity): string | null {
  return item_id && `${platform}:item:${item_id}`;
}

/** `platform:kind:id`, with the platform's own word for a seller. */
export function merchantKey(platform: string, seller: string, { platforms }: PlatformTable): string {
  const word = platforms[platform]?.shop;
  return `${platform}:${word}:${word === "user" ? seller.toLowerCase() : seller}`;
}

function onPlatform(parsed: URL, host: string, domain: string, platform: string, table: PlatformTable): Partial<Identity> {
  const row = table.platforms[platform] as Platform;
  const region = regionOf(domain, row.region ?? null);
  for (const page of row.pages) {
    const names = matched(page, host.slice(0, -domain.length).replace(/\.$/, ""), parsed);
    if (!names) continue;
    const seller = names.seller ?? null;
    return {
      region,
      kind: page.kind,
      item_id: page.kind === "product" ? filled(page.item ?? "{item}", names) : null,
      seller_id: seller,
      merchant_key: seller && merchantKey(platform, seller, table),
      canonical_url: filled(page.url, { ...names, domain, host, path: parsed.pathname }),
    };
  }
  return { region };
}

function matched(page: PlatformPage, sub: string, { pathname, search }: URL): Names | null {
  const found: string[] = [];
  for (const [pattern, text, end] of [[page.sub, sub, "$"], [page.path, pathname, ""]] as const) {
    if (pattern === undefined) continue;
    const match = new RegExp(`^(?:${pattern})${end}`, "i").exec(text);
    if (!match) return null;
    found.push(...match.slice(1));
  }
  const names: Names = Object.fromEntries((page.names ?? []).map((name, at) => [name, found[at] as string]));
  for (const [parameter, [name, pattern]] of Object.entries(page.query ?? {})) {
    const value = parameters(search).find(([key]) => key.toLowerCase() === parameter)?.[1] ?? "";
    if (!new RegExp(`^(?:${pattern})$`, "i").test(value)) return null;
    names[name] = value;
  }
  if (page.upper) for (const name in names) names[name] = (names[name] as string).toUpperCase();
  return names;
}

/** Not by spreading: in Firefox's content scripts the iterators of URLSearchParams cannot be reached. */
export function parameters(query: string): [string, string][] {
  const found: [string, string][] = [];
  new URLSearchParams(query).forEach((value, name) => found.push([name, value]));
  return found;
}

function filled(template: string, names: Names): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => names[name] as string);
}

function regionOf(domain: string, fallback: string | null): string | null {
  const last = domain.slice(domain.lastIndexOf(".") + 1);
  return last.length !== 2 ? fallback : last === "uk" ? "GB" : last.toUpperCase();
}
