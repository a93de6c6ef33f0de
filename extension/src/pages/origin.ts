/** The one origin that an address names, as a match pattern; null for what is no address of a shop. */
export function originOf(address: string): string | null {
  const text = address.includes("://") ? address.trim() : `https://${address.trim()}`;
  if (!URL.canParse(text)) return null;
  const { protocol, hostname } = new URL(text);
  const isLocal = protocol === "http:" && hostname.endsWith(".localhost");
  return hostname.includes(".") && (protocol === "https:" || isLocal) ? `${protocol}//${hostname}/*` : null;
}
