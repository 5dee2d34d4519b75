/** Decides how often tests repeat: more often in `npm run test:long` than in `npm test`. */

/** Whether this is a long run. */
export const isLong = process.env["USHER_TEST_LONG"] !== undefined;

/** The number of runs of a property: ten times as many in a long run. */
export function times(runs: number): number {
  return isLong ? 10 * runs : runs;
}
