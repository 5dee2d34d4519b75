/**
 * Time ranges as people write them: whole days, local times, or times with an offset. Days and local times depend on a
 * time zone, which the caller names when it opens the range. Pure functions.
 */
import { momentShown, openZone, startOfDay, type CalendarDay } from "./time-zone.js";
import type { InputCheck } from "./errors/input.js";

export type TimeBound =
  /** `2026-10-04`: the whole day in the zone. */
  | { readonly kind: "DAY"; readonly day: CalendarDay }
  /** `2026-10-04T09:00`: a local time in the zone; in milliseconds, as if it were UTC. */
  | { readonly kind: "CLOCK"; readonly shown: number }
  /** `2026-10-04T09:00:00+02:00`: the same in every zone. */
  | { readonly kind: "MOMENT"; readonly moment: Date };

/** A range of times, `from` included and `until` excluded; `null` where it is unbounded. */
export interface TimeRange {
  readonly from: Date | null;
  readonly until: Date | null;
}

export const BOUND_FORMS = "2026-10-04, 2026-10-04T09:00 or 2026-10-04T09:00:00+02:00";

const BOUND =
  /^(\d{4})-(\d{2})-(\d{2})(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;
/** Outside these years, databases and calendars disagree. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 9998;

/** Reads a bound; `null` for anything else, such as the 31st of June. */
export function parseTimeBound(text: string): TimeBound | null {
  const parts = BOUND.exec(text);
  if (parts === null) return null;
  const [, year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const day: CalendarDay = { year, month, day: date };
  if (year < FIRST_YEAR || year > LAST_YEAR || !isDayOfCalendar(day)) return null;
  if (parts[4] === undefined) return { kind: "DAY", day };
  const milliseconds = Number((parts[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const shown = Date.UTC(year, month - 1, date, hour, minute, second, milliseconds);
  const offset = parts[8];
  return offset === undefined
    ? { kind: "CLOCK", shown }
    : { kind: "MOMENT", moment: new Date(shown - readOffset(offset)) };
}

/** `new Date` reads the 31st of June as the first of July. */
function isDayOfCalendar({ year, month, day }: CalendarDay): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function readOffset(offset: string): number {
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
  return (offset.startsWith("-") ? -1 : 1) * minutes * 60_000;
}

/**
 * Resolves a range in a time zone. A day at its end is included as a whole. A time at its end is excluded, so that
 * consecutive ranges do not overlap. An empty range adds a mistake at `to`.
 *
 * @param timeZone an IANA name
 * @param path of `to` in the input
 */
export function openRange(
  { from, to }: { readonly from?: TimeBound | null | undefined; readonly to?: TimeBound | null | undefined },
  timeZone: string,
  check: InputCheck,
  path = "to",
): TimeRange {
  const range: TimeRange = {
    from: from == null ? null : momentOf(from, 0, timeZone),
    until: to == null ? null : momentOf(to, 1, timeZone),
  };
  if (range.from !== null && range.until !== null && range.until <= range.from)
    check.add(path, "INVALID", "must be after from, because the range is empty");
  return range;
}

function momentOf(bound: TimeBound, daysOn: 0 | 1, timeZone: string): Date {
  switch (bound.kind) {
    case "DAY":
      return startOfDay({ ...bound.day, day: bound.day.day + daysOn }, openZone(timeZone));
    case "CLOCK":
      return momentShown(bound.shown, openZone(timeZone));
    case "MOMENT":
      return bound.moment;
  }
}
