/** Checks the values of a result and reports all errors together. Pure functions. */
import type { InputCheck } from "../../platform/errors/input.js";
import { PASS_RATE_RULE } from "../course/course.js";
import type { ResultValues } from "./result.js";

/** How far the clocks of other programs may be ahead. */
const AHEAD_SECONDS = 300;
const EARLIEST = new Date("1970-01-01T00:00:00.000Z");

/** The stated values of a result, without those that are calculated. */
export type StatedValues = Pick<ResultValues, "score" | "maximum" | "passRate" | "startedAt" | "completedAt">;

/** Checks each number on its own. */
export function readNumbers(
  check: InputCheck,
  input: { readonly score?: number | null; readonly maximum?: number | null; readonly passRate?: number | null },
): Pick<ResultValues, "score" | "maximum" | "passRate"> {
  return {
    score: check.optionalNumber("score", input.score, { lowest: 0, sentence: "must be a number from 0" }),
    maximum: check.optionalNumber("maximum", input.maximum, {
      lowest: Number.MIN_VALUE,
      sentence: "must be a number greater than 0",
    }),
    passRate: check.optionalNumber("passRate", input.passRate, PASS_RATE_RULE),
  };
}

/** Checks the values against each other and against the time. */
export function checkTogether(check: InputCheck, values: StatedValues, now: Date): void {
  const { score, maximum, startedAt, completedAt } = values;
  if (score !== null && maximum !== null && score > maximum)
    check.add("score", "INVALID", "must not be greater than the maximum");
  if (completedAt.getTime() > now.getTime() + AHEAD_SECONDS * 1000)
    check.add("completedAt", "INVALID", "must not lie in the future");
  if (completedAt < EARLIEST) check.add("completedAt", "INVALID", "must not lie before 1970");
  if (startedAt === null) return;
  if (startedAt > completedAt) check.add("startedAt", "INVALID", "must not lie after the completion");
  else if (startedAt < EARLIEST) check.add("startedAt", "INVALID", "must not lie before 1970");
}
