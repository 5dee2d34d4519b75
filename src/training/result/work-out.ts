/** Calculates percents, passes, and a module's values from its courses' results. Pure functions. */
import type { Result, ResultValues } from "./result.js";

/** Percents are rounded to a billionth, so that 57 of 100 is exactly 57. */
const PARTS = 1e9;

function roundPercent(percent: number): number {
  return Math.min(100, Math.round(percent * PARTS) / PARTS);
}

/** The score in percent of the maximum; `null` if one of them is missing. */
export function percentOf({ score, maximum }: Pick<ResultValues, "score" | "maximum">): number | null {
  return score === null || maximum === null ? null : roundPercent((score / maximum) * 100);
}

/** Whether the percent reaches the pass rate; `null` if one of them is missing. */
export function decidePassed({ percent, passRate }: Pick<ResultValues, "percent" | "passRate">): boolean | null {
  return percent === null || passRate === null ? null : percent >= passRate;
}

/** A module's values, and the courses' results from which they are calculated, in the order of the courses. */
export interface WorkedOutModule {
  readonly values: ResultValues;
  readonly children: readonly Result[];
}

/**
 * Calculates a module's result from all results of one user in its courses.
 *
 * @param courseIds of the module, in their order
 * @param results the user's results of these courses, all attempts
 * @returns `null` if a course has no result, or the module has no courses
 */
export function workOutModule(courseIds: readonly string[], results: readonly Result[]): WorkedOutModule | null {
  const attempts = courseIds.map((courseId) => results.filter((result) => result.courseId === courseId));
  const children = attempts.flatMap((each) => each.toSorted(byAttempt).slice(-1));
  if (children.length === 0 || children.length < courseIds.length) return null;
  const percents = children.flatMap(({ percent }) => (percent === null ? [] : [percent]));
  const percent =
    percents.length === 0 ? null : roundPercent(percents.reduce((sum, each) => sum + each, 0) / percents.length);
  const starts = results.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt.getTime()]));
  // The module was completed when its last course was first completed. Later attempts do not change that time.
  const firsts = attempts.map((each) => Math.min(...each.map(({ completedAt }) => completedAt.getTime())));
  return {
    values: {
      score: percent,
      maximum: percent === null ? null : 100,
      percent,
      passRate: null,
      passed: joinPassed(children),
      startedAt: starts.length === 0 ? null : new Date(Math.min(...starts)),
      completedAt: new Date(Math.max(...firsts)),
    },
    children,
  };
}

function byAttempt(left: Result, right: Result): number {
  return (
    left.attempt - right.attempt ||
    left.completedAt.getTime() - right.completedAt.getTime() ||
    (left.id < right.id ? -1 : 1)
  );
}

/** `false` if one of the results is failed, `true` if all are passed, `null` otherwise. */
function joinPassed(children: readonly Result[]): boolean | null {
  if (children.some(({ passed }) => passed === false)) return false;
  return children.every(({ passed }) => passed === true) ? true : null;
}
