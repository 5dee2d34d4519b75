/** Decides whether a connection counts as failing. Pure. */

/**
 * A connection counts as failing after this many failures in a row that only the provider or the settings can cause.
 */
export const MOST_FAILURES = 3;
/**
 * A connection also counts as failing after this many failures in a row that forged messages may have caused, if nobody
 * signed in for at least an hour meanwhile.
 */
const MOST_DOUBTFUL_FAILURES = 5;
const DOUBTFUL_MILLISECONDS = 60 * 60_000;

/** The failures of a connection since the last success. */
export interface Failures {
  readonly failures: number;
  readonly doubtfulFailures: number;
  readonly doubtfulSince: Date | null;
  /** Failures in a row of the work that Usher does by itself. */
  readonly upkeepFailures: number;
}

/** What fails: sign-ins, or the work that Usher does by itself while sign-ins may go on. */
export type FailingPart = "SIGN_INS" | "UPKEEP";

/** The part of a connection that fails; `null` if too few failures are counted to say so. */
export function findFailingPart(
  { failures, doubtfulFailures, doubtfulSince, upkeepFailures }: Failures,
  now: Date,
): FailingPart | null {
  const doubtfulFor = doubtfulSince === null ? 0 : now.getTime() - doubtfulSince.getTime();
  const isForged = doubtfulFailures < MOST_DOUBTFUL_FAILURES || doubtfulFor < DOUBTFUL_MILLISECONDS;
  if (failures >= MOST_FAILURES || !isForged) return "SIGN_INS";
  return upkeepFailures >= MOST_FAILURES ? "UPKEEP" : null;
}
