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
  return new Intl.DateTimeFormat(regionOf(tag, preferred), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** A day and the time of day. */
export function dayAndTime(
  tag: string,
  at: number,
  preferred = globalThis.navigator?.languages ?? [],
): string {
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(regionOf(tag, preferred), style).format(at);
}

/** How long something is, as players show it: `0:07`, `1:02:03`. @param ms milliseconds */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** How large a file is, in the largest unit of which it has one (decimal, as systems show it). */
export function fileSize(tag: string, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const maximumFractionDigits = power > 1 && value < 100 ? 1 : 0;
  const unit = units[power] ?? 'byte';
  return new Intl.NumberFormat(tag, { style: 'unit', unit, maximumFractionDigits }).format(value);
}

/** The person's own variety of a language, for times and numbers. */
function regionOf(tag: string, preferred: readonly string[]): string {
  return preferred.find((one) => one.split('-')[0]?.toLowerCase() === tag) ?? tag;
}
