/** How often a message is tried, and how long it waits between attempts. */

/** The pauses between attempts: about two days in all, so that a message is still sent after a weekend's outage. */
const PAUSES_SECONDS = [30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400] as const;

/** How often a message is tried before it is given up. */
export const MAXIMUM_ATTEMPTS = PAUSES_SECONDS.length + 1;

/** The part of a pause that is added at random, so that messages that failed together are not retried together. */
const JITTER = 0.25;

/**
 * When to retry a message after an attempt failed; `null` to give it up.
 *
 * @param attempt the one that failed, from 1
 * @param random between 0 and 1
 */
export function findNextAttempt(now: Date, attempt: number, random: number): Date | null {
  const pause = PAUSES_SECONDS[attempt - 1];
  return pause === undefined ? null : new Date(now.getTime() + Math.round(pause * 1_000 * (1 + JITTER * random)));
}
