/** How often a message is tried, and when again. */

/** The pauses between attempts in seconds: about two days in all, so that a weekend's outage loses little. */
const PAUSES_SECONDS = [30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400] as const;

/** How often a message is tried before it is given up. */
export const MAXIMUM_ATTEMPTS = PAUSES_SECONDS.length + 1;

/** By how much a pause may grow at random, so that what failed together does not come back together. */
const JITTER = 0.25;

/**
 * When a message is tried again after an attempt failed, or `null` to give it up.
 *
 * @param attempt which one failed, from 1
 * @param random between 0 and 1
 */
export function findNextAttempt(now: Date, attempt: number, random: number): Date | null {
  const pause = PAUSES_SECONDS[attempt - 1];
  return pause === undefined ? null : new Date(now.getTime() + Math.round(pause * 1_000 * (1 + JITTER * random)));
}
