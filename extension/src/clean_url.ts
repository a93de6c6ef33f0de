import { parameters, type PlatformTable } from "./identity.ts";

/** The address without tracking parameters and fragment. */
export function cleaned({ protocol, host, pathname, search }: URL, { tracking }: PlatformTable): string {
  const kept = search.slice(1).split("&").filter((part) => {
    const name = parameters(part)[0]?.[0].toLowerCase();
    return part && !tracking.some((t) => (t.endsWith("*") ? name?.startsWith(t.slice(0, -1)) : name === t));
  });
  return `${protocol}//${host.replace(/\.(?=:|$)/, "")}${pathname}${kept.length ? `?${kept.join("&")}` : ""}`;
}
