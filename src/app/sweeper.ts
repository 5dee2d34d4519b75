/**
 * Work that every replica does regularly, even at the same time: deletes expired rows and old mail and requests, settles
 * seats whose billing cycle has ended, warns administrators of API keys that expire, and rewrites the search keys of earlier
 * versions.
 */
import { SYSTEM } from "../access/caller.js";
import type { Store } from "../access/store.js";
import { sweepEvents } from "../events/retention.js";
import { sweepOneTimeTokens } from "../people/credential/one-time-token.repository.js";
import { sweepPendingSignIns } from "../people/credential/pending-sign-in.repository.js";
import { rewriteNameKeys } from "../people/group/group.repository.js";
import { rewriteSearchKeys } from "../people/installation/rewrite-search-keys.js";
import { noticeKeysExpiring } from "../people/notices/notice-keys-expiring.js";
import { sweepOperators } from "../people/operator/operator.repository.js";
import { settleEndedSeats } from "../people/seat/settle-seats.js";
import { sweepSessions } from "../people/session/session.repository.js";
import { rewriteTerms } from "../people/user/list/rewrite-terms.js";
import type { Clock } from "../platform/clock.js";
import { sweepMail } from "../platform/mail/outbox.js";
import { sweepRateLimits } from "../platform/http/rate-limit.js";
import type { Logger } from "../platform/telemetry/logger.js";
import { sweepRemovals } from "../provisioning/directory/brake/removal.repository.js";
import { sweepRequests } from "../provisioning/directory/log/request.repository.js";
import { sweepAttempts } from "../sign-in/attempt/attempt.repository.js";
import { sweepFlows } from "../sign-in/flow/flow.repository.js";
import { sweepPendingLogouts } from "../sign-in/logout/pending-logout.js";
import { sweepTickets } from "../sign-in/ticket/ticket.repository.js";
import { rewriteTitleKeys } from "../training/course/course.repository.js";
import { sweepDeliveries } from "../webhooks/delivery/delivery.repository.js";

const INTERVAL_MILLISECONDS = 60_000;

/** An installation stores how many entries of this list it has finished, so new entries must come at the end. */
const SEARCH_KEYS = [rewriteTerms, rewriteNameKeys, rewriteTitleKeys];

/**
 * Rewrites search keys at once, because searches fail without them, and then sweeps once a minute.
 *
 * @returns a function that stops the sweeper and waits until the current sweep has ended
 */
export function startSweeper(
  store: Store,
  clock: Clock,
  logger: Logger,
  attemptRetentionDays: number,
): () => Promise<void> {
  const stopping = new AbortController();
  const rewriteKeys = () => rewriteSearchKeys(store, clock, SEARCH_KEYS, stopping.signal);
  const tasks = [
    rewriteKeys,
    () =>
      store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        await sweepFlows(unit);
        await sweepTickets(unit);
        await sweepPendingLogouts(unit);
        await sweepSessions(unit);
        await sweepOneTimeTokens(unit);
        await sweepPendingSignIns(unit);
        await sweepOperators(unit);
        await sweepAttempts(unit, attemptRetentionDays);
        await sweepRequests(unit);
        await sweepRemovals(unit);
        await sweepRateLimits(unit, unit.now);
        await sweepMail(unit, unit.now);
      }),
    () =>
      store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        await sweepEvents(unit);
        await sweepDeliveries(unit);
      }),
    () => settleEndedSeats(store, clock()),
    () => noticeKeysExpiring(store, clock),
  ];
  const attempt = async (some: readonly (() => Promise<unknown>)[]) => {
    for (const task of some)
      try {
        await task();
      } catch (error) {
        logger.warn({ error }, "Sweeping failed. It is tried again in a minute.");
      }
  };
  let running = attempt([rewriteKeys]);
  const timer = setInterval(() => {
    running = running.then(() => attempt(tasks));
  }, INTERVAL_MILLISECONDS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
