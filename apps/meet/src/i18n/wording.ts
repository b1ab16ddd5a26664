/** Chooses a text by a number, for a language's rules (CLDR plural categories; `other` where none of its own is given). */
export function pluralsOf(tag: string) {
  const rules = new Intl.PluralRules(tag);
  return (count: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }): string =>
    forms[rules.select(count)] ?? forms.other;
}

/** A name inside a text that is read: its direction does not turn the rest around (Unicode isolates, as `<bdi>` does). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** A time of day as the language writes it, in the person's country where that speaks it: English has two ways. */
export function timeOfDay(
  tag: string,
  at: number,
  preferred = globalThis.navigator?.languages ?? [],
): string {
  const regional = preferred.find((one) => one.split('-')[0]?.toLowerCase() === tag);
  return new Intl.DateTimeFormat(regional ?? tag, { hour: '2-digit', minute: '2-digit' }).format(at);
}
