/** When a delivery that failed is tried again: the installation's delays, and what the receiver asks for (RFC 9110 10.2.3). */

/** Nobody is waited for longer, whatever they ask. */
const LONGEST_RETRY_AFTER_SECONDS = 86_400;
/** A delay grows by at most this part, so that deliveries that failed together do not come back together. */
const JITTER = 0.2;

/** Reads `Retry-After`: seconds, or a date. `null` when there is none, or none that can be read. */
export function readRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_RETRY_AFTER_SECONDS);
}

/**
 * How long to wait after a failed attempt, or `null` when it was the last one. Never less than configured, nor than the
 * receiver asked for.
 *
 * @param delays between attempts, in seconds
 * @param attempts how many have failed by now, at least 1
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
