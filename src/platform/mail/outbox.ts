/**
 * The rows of the outbox, which all replicas share. A worker claims them under a lease and records their outcomes. They
 * are deleted after a month.
 */
import type { Reader, SqlValue, Transaction } from "../database/database.js";
import { toDate } from "../database/values.js";
import { MAXIMUM_ATTEMPTS } from "./attempts.js";
import { placeholders } from "../database/statements.js";

/** A message that is due. */
export interface DueMail {
  readonly id: string;
  readonly organizationId: string | null;
  readonly recipient: string;
  readonly template: string;
  readonly subject: string;
  readonly body: string;
  /** The name at the beginning of the HTML; `null` for the sender's name. */
  readonly heading: string | null;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  readonly createdAt: Date;
}

/** Messages that other workers do not send before the lease expires. */
export interface ClaimedMail {
  readonly due: readonly DueMail[];
  /** Messages that this claim gives up, because too many workers died while they sent them. */
  readonly exhausted: readonly DueMail[];
  /** Also identifies the lease: two leases of a row never have the same time. */
  readonly leasedUntil: Date;
}

interface Raw {
  id: string;
  organization_id: string | null;
  recipient: string;
  template: string;
  subject: string;
  body: string;
  heading: string | null;
  attempts: number;
  created_at: unknown;
}

const IS_DUE = "next_attempt_at <= ? AND (leased_until IS NULL OR leased_until <= ?)";

/** Whether any message is due. Locks nothing. */
export async function hasDueMail(reader: Reader, now: Date): Promise<boolean> {
  return (await reader.row(`SELECT id FROM mail_message WHERE ${IS_DUE} LIMIT 1`, [now, now])) !== undefined;
}

/**
 * Claims due messages, the longest due first. Counts the attempt of each before the attempt is made. Otherwise, a message
 * that crashes its worker would be retried without end.
 */
export async function claimDueMail(
  transaction: Transaction,
  now: Date,
  { limit, leaseSeconds }: { readonly limit: number; readonly leaseSeconds: number },
): Promise<ClaimedMail> {
  // On SQLite the transaction itself is the lock.
  const skipping = transaction.dialect === "mysql" ? " FOR UPDATE SKIP LOCKED" : "";
  const raws = await transaction.rows<Raw>(
    `SELECT id, organization_id, recipient, template, subject, body, heading, attempts, created_at
       FROM mail_message WHERE ${IS_DUE} ORDER BY next_attempt_at LIMIT ${Math.trunc(limit)}${skipping}`,
    [now, now],
  );
  const leasedUntil = new Date(now.getTime() + leaseSeconds * 1_000);
  const mails = raws.map(fromRaw);
  const due = mails.filter(({ attempt }) => attempt <= MAXIMUM_ATTEMPTS);
  // `attempt` names the next attempt, which is not made. The log names the last one that was made.
  const exhausted = mails
    .filter(({ attempt }) => attempt > MAXIMUM_ATTEMPTS)
    .map((mail) => ({ ...mail, attempt: mail.attempt - 1 }));
  await updateMails(transaction, due, "leased_until = ?, attempts = attempts + 1", [leasedUntil]);
  await updateMails(
    transaction,
    exhausted,
    "next_attempt_at = NULL, leased_until = NULL, last_error = COALESCE(last_error, ?)",
    ["Every attempt ended before its outcome was known."],
  );
  return { due, exhausted, leasedUntil };
}

function fromRaw(raw: Raw): DueMail {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    recipient: raw.recipient,
    template: raw.template,
    subject: raw.subject,
    body: raw.body,
    heading: raw.heading,
    attempt: raw.attempts + 1,
    createdAt: toDate(raw.created_at),
  };
}

/** The outcome of a claimed message. */
export type Outcome =
  | { readonly kind: "SENT"; readonly mail: DueMail }
  /** The attempt was not made and does not count. */
  | { readonly kind: "UNTRIED"; readonly mail: DueMail }
  /** `nextAttemptAt` is `null` when the message is given up. */
  | { readonly kind: "FAILED"; readonly mail: DueMail; readonly error: string; readonly nextAttemptAt: Date | null };

/**
 * Records the outcomes of claimed messages. If a different worker has claimed a message since, only the outcome SENT
 * changes it.
 */
export async function recordOutcomes(
  transaction: Transaction,
  now: Date,
  leasedUntil: Date,
  outcomes: readonly Outcome[],
): Promise<void> {
  const sent = outcomes.filter(({ kind }) => kind === "SENT").map(({ mail }) => mail);
  const untried = outcomes.filter(({ kind }) => kind === "UNTRIED").map(({ mail }) => mail);
  // The text is not kept, because it may hold a link that gives access.
  await updateMails(
    transaction,
    sent,
    "sent_at = ?, next_attempt_at = NULL, leased_until = NULL, last_error = NULL, body = ''",
    [now],
  );
  await updateMails(transaction, untried, "leased_until = NULL, attempts = attempts - 1", [], leasedUntil);
  for (const outcome of outcomes)
    if (outcome.kind === "FAILED")
      await updateMails(
        transaction,
        [outcome.mail],
        "next_attempt_at = ?, leased_until = NULL, last_error = ?",
        [outcome.nextAttemptAt, outcome.error],
        leasedUntil,
      );
}

async function updateMails(
  transaction: Transaction,
  mails: readonly DueMail[],
  changes: string,
  values: readonly SqlValue[],
  leasedUntil: Date | null = null,
): Promise<void> {
  if (mails.length === 0) return;
  await transaction.execute(
    `UPDATE mail_message SET ${changes}
      WHERE id IN (${placeholders(mails)})${leasedUntil === null ? "" : " AND leased_until = ?"}`,
    [...values, ...mails.map(({ id }) => id), ...(leasedUntil === null ? [] : [leasedUntil])],
  );
}

const KEPT_DAYS = 30;

/** Deletes messages that were sent or given up, a month after they were queued. Every replica may call it. */
export async function sweepMail(transaction: Transaction, now: Date): Promise<number> {
  // An id begins with its time (RFC 9562 5.7), so the primary key finds the old ones.
  const time = (now.getTime() - KEPT_DAYS * 86_400_000).toString(16).padStart(12, "0");
  return await transaction.execute("DELETE FROM mail_message WHERE id < ? AND next_attempt_at IS NULL", [
    `${time.slice(0, 8)}-${time.slice(8)}`,
  ]);
}
