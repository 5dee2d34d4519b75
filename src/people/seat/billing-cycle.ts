/**
 * Billing cycles: from which moment to which a moment belongs, in an organization's time zone. Pure: values in, values out.
 */
import type { BillingAnchor } from "../organization/policies.js";

/** A cycle: `startsAt` belongs to it, `endsAt` to the next one. */
export interface BillingCycle {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** A day of a calendar; months from 1 to 12, or beyond, to be carried into the years. */
interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * The billing cycle that contains a moment.
 *
 * @param timeZone an IANA name
 */
export function billingCycleAt(moment: Date, anchor: BillingAnchor, timeZone: string): BillingCycle {
  const offsetAt = openZone(timeZone);
  const { year, month } = calendarDayAt(moment, offsetAt);
  const months = anchor.cycle === "YEAR" ? 12 : 1;
  // The start in this month or year may still lie ahead: then the moment is in the cycle before.
  const first: CalendarDay = { year, month: anchor.cycle === "YEAR" ? anchor.month : month, day: anchor.day };
  const startOf = (cycles: number) => startOfDay({ ...first, month: first.month + cycles * months }, offsetAt);
  const startsAt = startOf(0);
  return moment < startsAt ? { startsAt: startOf(-1), endsAt: startsAt } : { startsAt, endsAt: startOf(1) };
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * The first moment of a day. Clocks that are put back over midnight show it twice: the first time counts. Clocks that are
 * put forward at midnight never show it: the day begins when they are.
 */
function startOfDay({ year, month, day }: CalendarDay, offsetAt: OffsetAt): Date {
  const midnight = Date.UTC(year, month - 1, day);
  const candidates = [-DAY_MILLISECONDS, DAY_MILLISECONDS]
    .map((distance) => midnight - offsetAt(new Date(midnight + distance)))
    .toSorted((left, right) => left - right);
  const shown = candidates.find((candidate) => candidate + offsetAt(new Date(candidate)) === midnight);
  return new Date(shown ?? Math.max(...candidates));
}

function calendarDayAt(moment: Date, offsetAt: OffsetAt): CalendarDay {
  const shown = new Date(moment.getTime() + offsetAt(moment));
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
}

/** How far the clocks of a time zone are ahead of UTC at a moment, in milliseconds. */
type OffsetAt = (moment: Date) => number;

function openZone(timeZone: string): OffsetAt {
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
