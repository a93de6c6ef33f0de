/** The first group that took part in a match, or all of it. */
export function captured(match: RegExpExecArray | RegExpMatchArray): string {
  return match.slice(1).find((group) => group !== undefined) ?? (match[0] as string);
}
