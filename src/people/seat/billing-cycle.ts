/**
 * Finds the billing cycle of a moment, in an organization's time zone. Pure: values in, values out.
 */
import { calendarDayAt, openZone, startOfDay, type CalendarDay } from "../../platform/time-zone.js";
import type { BillingAnchor } from "../organization/policies.js";

/** A cycle: `startsAt` belongs to it, `endsAt` to the next one. */
export interface BillingCycle {
  readonly startsAt: Date;
  readonly endsAt: Date;
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
  // If the start in this month or year is later than the moment, the moment is in the previous cycle.
  const first: CalendarDay = { year, month: anchor.cycle === "YEAR" ? anchor.month : month, day: anchor.day };
  const startOf = (cycles: number) => startOfDay({ ...first, month: first.month + cycles * months }, offsetAt);
  const startsAt = startOf(0);
  return moment < startsAt ? { startsAt: startOf(-1), endsAt: startsAt } : { startsAt, endsAt: startOf(1) };
}
