/** On our own element, where no rule of the page reaches: `:host` gives way to the page. */
export function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text.replaceAll(":host", ".caveat"));
  return made;
}
