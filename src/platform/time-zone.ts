/** Converts days and local times of a time zone into times. Pure functions. */

/** A day of the calendar. Months beyond 1 to 12 carry into the year, and days likewise. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The offset of a time zone from UTC at a time, in milliseconds. */
export type OffsetAt = (moment: Date) => number;

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** @param timeZone an IANA name */
export function openZone(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return shown - Math.floor(moment.getTime() / 1000) * 1000;
  };
}

/** The beginning of a day, which is later than midnight when clocks are put forward at midnight. */
export function startOfDay({ year, month, day }: CalendarDay, offsetAt: OffsetAt): Date {
  return momentShown(Date.UTC(year, month - 1, day), offsetAt);
}

/**
 * Converts a local time. When clocks are put back, a local time occurs twice, and the function takes the first. When clocks
 * are put forward, a local time is skipped, and the function moves it on by the skipped time.
 *
 * @param shown the local time in milliseconds, as if it were UTC
 */
export function momentShown(shown: number, offsetAt: OffsetAt): Date {
  const candidates = [-DAY_MILLISECONDS, DAY_MILLISECONDS]
    .map((distance) => shown - offsetAt(new Date(shown + distance)))
    .toSorted((left, right) => left - right);
  const found = candidates.find((candidate) => candidate + offsetAt(new Date(candidate)) === shown);
  return new Date(found ?? Math.max(...candidates));
}

/** The day in a time zone at a time. */
export function calendarDayAt(moment: Date, offsetAt: OffsetAt): CalendarDay {
  const shown = new Date(moment.getTime() + offsetAt(moment));
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
}
