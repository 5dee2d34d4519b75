/**
 * Forgets what is over: flows, replay notes, sessions, one-time links and old mail; and settles seats whose billing cycle has ended.
 * Every replica may sweep: what one has swept, the next does not find.
 */
import { SYSTEM } from "../access/caller.js";
import type { Store } from "../access/store.js";
import { sweepEvents } from "../events/retention.js";
import { sweepOneTimeTokens } from "../people/credential/one-time-token.repository.js";
import { settleEndedSeats } from "../people/seat/settle-seats.js";
import { sweepSessions } from "../people/session/session.repository.js";
import type { Clock } from "../platform/clock.js";
import { sweepMail } from "../platform/mail/outbox.js";
import { sweepRateLimits } from "../platform/http/rate-limit.js";
import type { Logger } from "../platform/telemetry/logger.js";
import { sweepAttempts } from "../sign-in/attempt/attempt.repository.js";
import { sweepFlows } from "../sign-in/flow/flow.repository.js";
import { sweepTickets } from "../sign-in/ticket/ticket.repository.js";
import { sweepDeliveries } from "../webhooks/delivery/delivery.repository.js";

const INTERVAL_MS = 60_000;

/** Starts sweeping once a minute; the answer stops it, after a sweep under way has ended. */
export function startSweeper(
  store: Store,
  clock: Clock,
  logger: Logger,
  attemptRetentionDays: number,
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const chores = [
    () =>
      store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        await sweepFlows(unit);
        await sweepTickets(unit);
        await sweepSessions(unit);
        await sweepOneTimeTokens(unit);
        await sweepAttempts(unit, attemptRetentionDays);
        await sweepRateLimits(unit, unit.now);
        await sweepMail(unit, unit.now);
      }),
    () =>
      store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        await sweepEvents(unit);
        await sweepDeliveries(unit);
      }),
    () => settleEndedSeats(store, clock()),
  ];
  const sweep = async () => {
    for (const chore of chores)
      try {
        await chore();
      } catch (error) {
        logger.warn({ error }, "Sweeping failed; it is tried again in a minute.");
      }
  };
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
