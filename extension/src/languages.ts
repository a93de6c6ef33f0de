/** The best of `known` for the wanted languages, most wanted first: same script before same language. */
export function bestLocale(wanted: readonly string[], known: readonly string[]): string {
  for (const each of wanted) {
    const { language, script } = new Intl.Locale(each).maximize();
    const same = known.filter((other) => new Intl.Locale(other).language === language);
    const found = same.find((other) => new Intl.Locale(other).maximize().script === script) ?? same[0];
    if (found) return found;
  }
  return "en";
}
