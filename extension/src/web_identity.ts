/** The merchant of an independent shop: the domain that its owner registered, by the public-suffix list. */
import { identify, type Identity, type PlatformTable } from "./identity.ts";

/**
 * Suffixes of more than one label with blanks between; `*.x` and `!x` as in the list. One label always is a
 * suffix. `~x` is a host on which, and below which, many sell under one name; `=x` is one without those below.
 */
export type Suffixes = string;

/**
 * Gives the registrable domain of a host; an address, a single label and a suffix are returned whole. It is
 * empty where many share the host: no domain names one merchant there.
 */
export function domainIn(suffixes: Suffixes): (host: string) => string {
  const rules = new Set(suffixes.split(" "));
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

export function identifyWeb(url: string, table: PlatformTable, suffixes: Suffixes): Identity {
  return identify(url, table, domainIn(suffixes));
}
