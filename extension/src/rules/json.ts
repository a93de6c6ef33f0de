type Node = Record<string, unknown>;

/** The texts under a dotted path; lists are followed everywhere, "@value" and "@id" unwrapped. */
export function jsonValues(value: unknown, path: string): string[] {
  let level = [value].flat(9);
  for (const step of path.split(".")) {
    level = level.flatMap((entry) => (isNode(entry) && step in entry ? [entry[step]].flat(9) : []));
  }
  return level
    .map((leaf) => (isNode(leaf) ? (leaf["@value"] ?? leaf["@id"]) : leaf))
    .filter((leaf) => typeof leaf === "string" || typeof leaf === "number")
    .map(String);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}
