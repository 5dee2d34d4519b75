/** What is short in `npm test` and long in `npm run test:long`: the same assertions, over more of the same. */

/** Whether the tests may take their time. */
export const isLong = process.env["USHER_TEST_LONG"] !== undefined;

/** How often a property is tried: ten times as often in a long run. */
export function times(runs: number): number {
  return isLong ? 10 * runs : runs;
}
