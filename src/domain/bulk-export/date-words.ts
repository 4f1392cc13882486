/**
 * The words in dates of Strava's languages, from the Unicode CLDR as `Intl` has it: months in every
 * form, and the parts of the day of a 12-hour clock.
 */

/** The languages that Strava's website has, and those with a form of their own of the same words. */
const languages =
  'en-US en-GB en-AU en-CA de fr fr-CA es es-419 es-MX it pt-BR pt-PT nl ja ko ru zh-CN zh-TW id tr pl sv da nb'.split(
    ' ',
  );

/** Inflection and abbreviation depend on what stands beside the month. */
const monthForms: readonly Intl.DateTimeFormatOptions[] = [
  { month: 'short' },
  { month: 'long' },
  { day: 'numeric', month: 'short' },
  { day: 'numeric', month: 'long' },
  { dateStyle: 'medium' },
];

/** Words between the parts of a date that say nothing: "24 mai 2012 à 16:27:40", "5 мар. 2021 г.". */
const fillers = new Set(
  'à a at um de del las às alle om kl klo pukul в г 年 月 日 時 时 分 秒 h min s t z utc gmt'.split(
    ' ',
  ),
);

interface DateWords {
  readonly months: ReadonlyMap<string, number>;
  readonly hoursOfPeriods: ReadonlyMap<string, ReadonlySet<number>>;
}

let known: DateWords | undefined;

/** Made at the first date, for a process that imports nothing needs none of it. */
function dateWords(): DateWords {
  known ??= { months: findMonths(), hoursOfPeriods: findPeriods() };
  return known;
}

function findMonths(): ReadonlyMap<string, number> {
  const instants = Array.from({ length: 12 }, (_, month) => Date.UTC(2021, month, 15));
  const forms = languages.flatMap((language) =>
    monthForms.map((form) => new Intl.DateTimeFormat(language, { ...form, timeZone: 'UTC' })),
  );
  return new Map(
    forms.flatMap((form) =>
      instants.map((at, month) => [partOf(form, at, 'month'), month + 1] as const),
    ),
  );
}

function findPeriods(): ReadonlyMap<string, ReadonlySet<number>> {
  const hours = new Map<string, Set<number>>();
  for (const language of languages) {
    const options = { timeStyle: 'medium', hour12: true, timeZone: 'UTC' } as const;
    const form = new Intl.DateTimeFormat(language, options);
    for (let hour = 0; hour < 24; hour++) {
      const word = partOf(form, Date.UTC(2021, 0, 15, hour), 'dayPeriod');
      hours.set(word, (hours.get(word) ?? new Set()).add(hour));
    }
  }
  return hours;
}

function partOf(form: Intl.DateTimeFormat, at: number, type: 'month' | 'dayPeriod'): string {
  const text = form
    .formatToParts(at)
    .filter((part) => part.type === type)
    .map((part) => part.value)
    .join('');
  // In "3月" the number says the month, not the word.
  return /\d/.test(text) ? '' : wordOf(text);
}

/** A word as it is compared: lower case, without dots and blanks ("a. m." and "AM" are one). */
export function wordOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{Letter}\p{Mark}]/gu, '');
}

/** 1 to 12, or undefined for another word. */
export function monthOf(word: string): number | undefined {
  return dateWords().months.get(word);
}

/** The hours of the day (0 to 23) that a 12-hour clock has within that part of the day. */
export function hoursOf(period: string): ReadonlySet<number> | undefined {
  return dateWords().hoursOfPeriods.get(period);
}

/** Whether a word in a date says nothing. */
export function isFiller(word: string): boolean {
  return fillers.has(word);
}
