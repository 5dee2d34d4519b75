/** One round of the outbox: claim what is due, send it outside any transaction, note what became of it. */
import type { Clock } from "../clock.js";
import type { Database } from "../database/database.js";
import type { Logger } from "../telemetry/logger.js";
import { findNextAttempt } from "./attempts.js";
import { isEmailAddress } from "../errors/input.js";
import { NO_ADDRESS } from "./mail-text.js";
import { claimDueMail, hasDueMail, settleMail, type DueMail, type Outcome } from "./outbox.js";
import type { MailTemplates } from "./template.js";
import type { Delivery, MailTransport } from "./transport.js";

export interface DeliveryParts {
  readonly database: Pick<Database, "reader" | "transact">;
  readonly clock: Clock;
  readonly transport: MailTransport;
  readonly templates: MailTemplates;
  readonly logger: Logger;
}

/** How many messages are under way at once. */
export const LANES = 4;
const BATCH_SIZE = 20;
const LEASE_SECONDS = 120;
/** After this, an attempt has failed, whatever the server still says. */
const ATTEMPT_WITHIN_MILLISECONDS = 30_000;
/** No attempt begins after this: it and the noting must end before somebody else may claim the message. */
const BEGIN_WITHIN_MILLISECONDS = LEASE_SECONDS * 1_000 - ATTEMPT_WITHIN_MILLISECONDS - 30_000;

const UNUSABLE_ADDRESS: Delivery = {
  kind: "FAILED",
  error: NO_ADDRESS,
  details: { reason: "NO_ADDRESS" },
  blame: "ADDRESS",
};

/** What a round found: nothing (more) to do, more to do, or a server that takes nothing from anybody. */
export type Round = "DONE" | "MORE" | "SERVER_UNUSABLE";

/**
 * Delivers one batch. Each message is sent at least once: a sender that dies before its note is written leaves the
 * lease to run out, and the message goes out again under the same Message-ID.
 *
 * @param stop begins nothing more, and cuts off what is under way
 * @throws what the database throws
 */
export async function deliverBatch(
  parts: DeliveryParts,
  stop: { readonly begin: AbortSignal; readonly finish: AbortSignal },
): Promise<Round> {
  const { database, clock, logger } = parts;
  if (!(await hasDueMail(database.reader, clock()))) return "DONE";
  const claimedAt = performance.now();
  const claimed = await database.transact((transaction) =>
    claimDueMail(transaction, clock(), { limit: BATCH_SIZE, leaseSeconds: LEASE_SECONDS }),
  );
  for (const mail of claimed.exhausted) tellGivenUp(parts, mail, { reason: "SENDER_DIED" });

  const waiting = [...claimed.due];
  const outcomes: Outcome[] = [];
  let isServerUnusable = false;
  const mayBegin = () =>
    !isServerUnusable && !stop.begin.aborted && performance.now() - claimedAt < BEGIN_WITHIN_MILLISECONDS;
  const runLane = async () => {
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
  await Promise.all(Array.from({ length: LANES }, runLane));
  if (outcomes.length > 0)
    await database.transact((transaction) => settleMail(transaction, clock(), claimed.leasedUntil, outcomes));
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
  // Looked at again, because the row may have been written by another hand since.
  const delivery = isEmailAddress(mail.recipient)
    ? await transport.deliver(mail, AbortSignal.any([stop, limit]))
    : UNUSABLE_ADDRESS;
  if (delivery.kind === "DELIVERED") {
    logger.info({ ...describeMail(mail), ...delivery.details }, describeDelivery(delivery.details));
    return { outcome: { kind: "SENT", mail }, blamesServer: false };
  }
  const { error, details, blame } = delivery;
  const nextAttemptAt = blame === "ADDRESS" ? null : findNextAttempt(clock(), mail.attempt, Math.random());
  if (nextAttemptAt === null) tellGivenUp(parts, mail, details);
  else logger.warn({ ...describeMail(mail), ...details, nextAttemptAt }, "A message was not sent; it is tried again.");
  return { outcome: { kind: "FAILED", mail, error, nextAttemptAt }, blamesServer: blame === "SERVER" };
}

/** What the log says of a message: never to whom it goes, nor what it says. */
function describeMail({ id, template, organizationId, attempt: count }: DueMail) {
  return { mailId: id, template, organizationId, attempt: count };
}

function describeDelivery(details: Readonly<Record<string, string>>): string {
  return "file" in details
    ? "A message was written to a file, because SMTP_URL names no mail server."
    : "A message was sent.";
}

function tellGivenUp({ templates, logger }: DeliveryParts, mail: DueMail, details: object): void {
  const sent = templates.get(mail.template)?.description;
  logger.error(
    { ...describeMail(mail), ...details, ...(sent === undefined ? {} : { sent }) },
    "A message was given up: its recipient does not know what it says.",
  );
}
