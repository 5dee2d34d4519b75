/** The clocks of time zones: which moment a day of a calendar, or a time that clocks show, means. Pure. */

/** A day of a calendar; months from 1 to 12, or beyond, to be carried into the years, and days likewise. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** How far the clocks of a time zone are ahead of UTC at a moment, in milliseconds. */
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

/** The first moment of a day; where clocks are put forward at midnight, the moment at which they are. */
export function startOfDay({ year, month, day }: CalendarDay, offsetAt: OffsetAt): Date {
  return momentShown(Date.UTC(year, month - 1, day), offsetAt);
}

/**
 * The moment at which clocks show a time. A time that they show twice, because they are put back, means the first; one
 * that they skip, because they are put forward, is moved on by as much as they skip.
 *
 * @param shown what clocks show, in milliseconds, as if they showed UTC
 */
export function momentShown(shown: number, offsetAt: OffsetAt): Date {
  const candidates = [-DAY_MILLISECONDS, DAY_MILLISECONDS]
    .map((distance) => shown - offsetAt(new Date(shown + distance)))
    .toSorted((left, right) => left - right);
  const found = candidates.find((candidate) => candidate + offsetAt(new Date(candidate)) === shown);
  return new Date(found ?? Math.max(...candidates));
}

/** The day that calendars show at a moment. */
export function calendarDayAt(moment: Date, offsetAt: OffsetAt): CalendarDay {
  const shown = new Date(moment.getTime() + offsetAt(moment));
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
}
