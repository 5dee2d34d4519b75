/** One batch of the outbox: claim the due messages, send them outside any transaction, record the outcomes. */
import type { Clock } from "../clock.js";
import type { Database } from "../database/database.js";
import type { Logger } from "../telemetry/logger.js";
import { findNextAttempt } from "./attempts.js";
import { isEmailAddress } from "../errors/input.js";
import { NO_ADDRESS } from "./mail-text.js";
import { claimDueMail, hasDueMail, recordOutcomes, type DueMail, type Outcome } from "./outbox.js";
import type { MailTemplates } from "./template.js";
import type { Delivery, MailTransport } from "./transport.js";

export interface DeliveryParts {
  readonly database: Pick<Database, "reader" | "transact">;
  readonly clock: Clock;
  readonly transport: MailTransport;
  readonly templates: MailTemplates;
  readonly logger: Logger;
}

/** Messages that a worker sends at once. */
export const CONCURRENCY = 4;
const BATCH_SIZE = 20;
const LEASE_SECONDS = 120;
/** An attempt fails after this time, even if the server accepts the message later. */
const ATTEMPT_WITHIN_MILLISECONDS = 30_000;
/** Attempts begin only within this time, so that their outcomes are recorded before the lease ends. */
const BEGIN_WITHIN_MILLISECONDS = LEASE_SECONDS * 1_000 - ATTEMPT_WITHIN_MILLISECONDS - 30_000;

const UNUSABLE_ADDRESS: Delivery = {
  kind: "FAILED",
  error: NO_ADDRESS,
  details: { reason: "NO_ADDRESS" },
  blame: "ADDRESS",
};

/** Whether nothing is left to send now, more may be due, or the server accepts no message. */
export type BatchResult = "DONE" | "MORE" | "SERVER_UNUSABLE";

/**
 * Delivers one batch. Each message is sent at least once: when a worker dies before it records the outcome, the lease
 * expires, and the message is sent again under the same Message-ID.
 *
 * @param stop `begin` starts no further attempt, `finish` aborts the attempts under way
 * @throws what the database throws
 */
export async function deliverBatch(
  parts: DeliveryParts,
  stop: { readonly begin: AbortSignal; readonly finish: AbortSignal },
): Promise<BatchResult> {
  const { database, clock, logger } = parts;
  if (!(await hasDueMail(database.reader, clock()))) return "DONE";
  const claimedAt = performance.now();
  const claimed = await database.transact((transaction) =>
    claimDueMail(transaction, clock(), { limit: BATCH_SIZE, leaseSeconds: LEASE_SECONDS }),
  );
  for (const mail of claimed.exhausted) logGivenUp(parts, mail, { reason: "SENDER_DIED" });

  const waiting = [...claimed.due];
  const outcomes: Outcome[] = [];
  let isServerUnusable = false;
  const mayBegin = () =>
    !isServerUnusable && !stop.begin.aborted && performance.now() - claimedAt < BEGIN_WITHIN_MILLISECONDS;
  const sendWaiting = async () => {
    for (let mail = waiting.shift(); mail !== undefined; mail = waiting.shift()) {
      if (!mayBegin()) {
        outcomes.push({ kind: "UNTRIED", mail });
        continue;
      }
      const { outcome, blamesServer } = await attempt(parts, mail, stop.finish);
      outcomes.push(outcome);
      isServerUnusable ||= blamesServer;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, sendWaiting));
  if (outcomes.length > 0)
    await database.transact((transaction) => recordOutcomes(transaction, clock(), claimed.leasedUntil, outcomes));
  logger.debug({ mails: outcomes.length }, "A batch of messages was settled.");
  if (isServerUnusable) return "SERVER_UNUSABLE";
  return claimed.due.length === BATCH_SIZE ? "MORE" : "DONE";
}

async function attempt(
  parts: DeliveryParts,
  mail: DueMail,
  stop: AbortSignal,
): Promise<{ readonly outcome: Outcome; readonly blamesServer: boolean }> {
  const { clock, transport, logger } = parts;
  const limit = AbortSignal.timeout(ATTEMPT_WITHIN_MILLISECONDS);
  // Checked again, because an operator may have changed the row by SQL.
  const delivery = isEmailAddress(mail.recipient)
    ? await transport.deliver(mail, AbortSignal.any([stop, limit]))
    : UNUSABLE_ADDRESS;
  if (delivery.kind === "DELIVERED") {
    logger.info({ ...describeMail(mail), ...delivery.details }, describeDelivery(delivery.details));
    return { outcome: { kind: "SENT", mail }, blamesServer: false };
  }
  const { error, details, blame } = delivery;
  const nextAttemptAt = blame === "ADDRESS" ? null : findNextAttempt(clock(), mail.attempt, Math.random());
  if (nextAttemptAt === null) logGivenUp(parts, mail, details);
  else logger.warn({ ...describeMail(mail), ...details, nextAttemptAt }, "A message was not sent and will be retried.");
  return { outcome: { kind: "FAILED", mail, error, nextAttemptAt }, blamesServer: blame === "SERVER" };
}

/** Describes a message for the log, without its recipient and its text. */
function describeMail({ id, template, organizationId, attempt: count }: DueMail) {
  return { mailId: id, template, organizationId, attempt: count };
}

function describeDelivery(details: Readonly<Record<string, string>>): string {
  return "file" in details
    ? "A message was written to a file, because SMTP_URL names no mail server."
    : "A message was sent.";
}

function logGivenUp({ templates, logger }: DeliveryParts, mail: DueMail, details: object): void {
  const sent = templates.get(mail.template)?.description;
  logger.error(
    { ...describeMail(mail), ...details, ...(sent === undefined ? {} : { sent }) },
    "A message was given up. Its recipient has not received it.",
  );
}
