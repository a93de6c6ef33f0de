/** Code points of the longest name that is shown: two lines of the panel. */
const NAME = 120;

/** The beginning of a text, at most `max` code points as Python counts them; no pair of surrogates is split. */
export function clip(text: string, max: number): string {
  return [...text].slice(0, max).join("");
}

/** Without the characters that turn the direction of the words around them. */
export function plain(text: string): string {
  return text.replace(/\p{Bidi_Control}/gu, "");
}

/** A name that somebody else chose: it neither turns the words around it nor pushes them away. */
export function plainName(text: string): string {
  const name = plain(text).trim();
  return clip(name, NAME) === name ? name : `${clip(name, NAME - 1)}…`;
}
