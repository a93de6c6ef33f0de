/** The merchant of an independent shop: the domain that its owner registered, by the public-suffix list. */
import { type Elsewhere, identify, type Identity, listingKey, type PlatformTable, WEB } from "./identity.ts";
import { cleaned } from "./clean_url.ts";

/**
 * Suffixes of more than one label; `*.x` and `!x` as in the list. One label always is a suffix. `~x` is a host on
 * which, and below which, many sell under one name; `=x` is one without those below. Folded by the build:
 * what stands in brackets lies below the name before them, and `:x` is no suffix itself.
 */
export type Suffixes = string;

/** The suffixes one by one. */
export function unfolded(suffixes: Suffixes): string[] {
  const found: string[] = [];
  const above: string[] = [];
  let name = "";
  for (const [part] of suffixes.matchAll(/[()]|[^ ()]+/g)) {
    if (part === "(") above.push(`.${name}`);
    else if (part === ")") above.pop();
    else {
      const mark = /^[~=!:]?/.exec(part)![0];
      name = part.slice(mark.length) + (above.at(-1) ?? "");
      if (mark !== ":") found.push(mark + name);
    }
  }
  return found;
}

/**
 * Gives the registrable domain of a host; an address, a single label and a suffix are returned whole. It is
 * empty where many share the host: no domain names one merchant there.
 */
export function domainIn(suffixes: Suffixes): (host: string) => string {
  const rules = new Set(unfolded(suffixes));
  return (host) => {
    if (host.includes(":") || /^[\d.]+$/.test(host)) return host;
    const labels = host.split(".");
    if (rules.has(`=${host.replace(/^www\./, "")}`)) return "";
    if (labels.some((_, start) => rules.has(`~${labels.slice(start).join(".")}`))) return "";
    const length = suffixLength(labels, rules);
    return labels.slice(Math.max(0, labels.length - length - 1)).join(".");
  };
}

/** Labels of the longest suffix that a rule names; an exception (`!`) is no suffix itself. */
function suffixLength(labels: readonly string[], rules: ReadonlySet<string>): number {
  for (let start = 0; start < labels.length - 1; start++) {
    const name = labels.slice(start).join(".");
    const above = labels.slice(start + 1).join(".");
    if (rules.has(`!${name}`)) return labels.length - start - 1;
    if (rules.has(name) || rules.has(`*.${above}`)) return labels.length - start;
  }
  return 1;
}

/** Names the merchant of a shop of its own by its domain. */
export function elsewhere(table: PlatformTable, suffixes: Suffixes): Elsewhere {
  const domainOf = domainIn(suffixes);
  return (url, host) => {
    const owned = domainOf(host);
    return { platform: WEB, merchant_key: owned ? `${WEB}:domain:${owned}` : null, canonical_url: cleaned(url, table) };
  };
}

/** As `listingKey`; for an independent shop host, path and identity query. */
export function anyListingKey(identity: Identity): string | null {
  const { platform, canonical_url } = identity;
  if (platform !== WEB || !canonical_url) return listingKey(identity);
  const { hostname, pathname, search } = new URL(canonical_url);
  return `${WEB}:item:${hostname.replace(/^\[|\]$/g, "")}${pathname}${search}`;
}

/** The whole twin of scrapers/identity.py. */
export function identifyAny(url: string, table: PlatformTable, suffixes: Suffixes): Identity {
  const found = identify(url, table, elsewhere(table, suffixes));
  return found.platform && !found.canonical_url ? { ...found, canonical_url: cleaned(new URL(url), table) } : found;
}
