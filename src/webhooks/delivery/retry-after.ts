/** When to retry a failed delivery: the delays of the installation, and `Retry-After` of the receiver (RFC 9110 10.2.3). */

/** A longer `Retry-After` is shortened to this. */
const LONGEST_RETRY_AFTER_SECONDS = 86_400;
/** The largest part of a delay that is added at random, so that deliveries that failed together are not retried together. */
const JITTER = 0.2;

/** Reads `Retry-After`: seconds or a date. Returns `null` when it is missing or unreadable. */
export function readRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_RETRY_AFTER_SECONDS);
}

/**
 * Chooses how long to wait after a failed attempt: at least the configured delay, and at least as long as the receiver asks.
 * Returns `null` after the last attempt.
 *
 * @param delays between attempts, in seconds
 * @param attempts how many have failed, at least 1
 * @param random from 0 to 1
 */
export function chooseDelaySeconds(
  delays: readonly number[],
  attempts: number,
  retryAfterSeconds: number | null,
  random: number,
): number | null {
  const delay = delays[attempts - 1];
  if (delay === undefined) return null;
  return Math.max(delay * (1 + JITTER * random), retryAfterSeconds ?? 0);
}
