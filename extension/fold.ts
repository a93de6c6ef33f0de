/** Writes lists of names shorter: a name that many end with stands once. */
import type { Suffixes } from "./src/web_identity.ts";

/** A label: the marks under which it ends a name, and the labels before it. */
interface Branch {
  readonly marks: string[];
  readonly below: Map<string, Branch>;
}

const branch = (): Branch => ({ marks: [], below: new Map() });

/** The folded form that `unfolded` reads; `suffixes` has blanks between. */
export function folded(suffixes: string): Suffixes {
  const root = branch();
  for (const each of suffixes.split(" ")) {
    const mark = /^[~=!]?/.exec(each)![0];
    let at = root;
    for (const label of each.slice(mark.length).split(".").reverse()) {
      if (!at.below.has(label)) at.below.set(label, branch());
      at = at.below.get(label) as Branch;
    }
    at.marks.push(mark);
  }
  return written(root);
}

function written({ below }: Branch): string {
  const sorted = [...below].sort(([one], [other]) => (one < other ? -1 : 1));
  const parts = sorted.map(([label, next]) => {
    const names = (next.marks.length > 0 ? next.marks : [":"]).map((mark) => mark + label);
    return names.join(" ") + (next.below.size > 0 ? `(${written(next)})` : "");
  });
  return parts.join(" ").replaceAll(") ", ")");
}
