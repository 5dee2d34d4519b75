/** Decides whether a connection counts as failing. Pure. */

/** Failures of which nobody but the provider or the settings can be the cause: this many in a row. */
export const MOST_FAILURES = 3;
/** Failures that a forged message can cause, too: this many in a row, over at least an hour in which nobody signed in. */
const MOST_DOUBTFUL_FAILURES = 5;
const DOUBTFUL_MILLISECONDS = 60 * 60_000;

/** The failures since the last success. */
export interface Failures {
  readonly failures: number;
  readonly doubtfulFailures: number;
  readonly doubtfulSince: Date | null;
  /** Failures in a row of the work that Usher does by itself. */
  readonly upkeepFailures: number;
}

/** What fails: sign-ins, or the work that Usher does by itself while sign-ins may go on. */
export type FailingPart = "SIGN_INS" | "UPKEEP";

/** The part that fails; `null` if the connection works, or too little is known. */
export function findFailingPart(
  { failures, doubtfulFailures, doubtfulSince, upkeepFailures }: Failures,
  now: Date,
): FailingPart | null {
  const doubtfulFor = doubtfulSince === null ? 0 : now.getTime() - doubtfulSince.getTime();
  const isForged = doubtfulFailures < MOST_DOUBTFUL_FAILURES || doubtfulFor < DOUBTFUL_MILLISECONDS;
  if (failures >= MOST_FAILURES || !isForged) return "SIGN_INS";
  return upkeepFailures >= MOST_FAILURES ? "UPKEEP" : null;
}
