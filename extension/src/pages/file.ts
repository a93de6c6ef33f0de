import { h } from "../look/h.ts";

/** Gives the user a JSON file. */
export function saveFile(name: string, value: unknown): void {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" }));
  h("a", { href: address, download: name }).click();
  // A browser may read the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
