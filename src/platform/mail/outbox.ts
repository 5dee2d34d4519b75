/** The outbox's rows: claimed under a lease, settled afterwards, forgotten in the end. Every replica works on the same ones. */
import type { Reader, SqlValue, Transaction } from "../database/database.js";
import { toDate } from "../database/values.js";
import { MAXIMUM_ATTEMPTS } from "./attempts.js";
import { placeholders } from "../database/statements.js";

/** A message that is to be sent now. */
export interface DueMail {
  readonly id: string;
  readonly organizationId: string | null;
  readonly recipient: string;
  readonly template: string;
  readonly subject: string;
  readonly body: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  readonly createdAt: Date;
}

/** Messages that nobody else sends before the lease is over. */
export interface ClaimedMail {
  readonly due: readonly DueMail[];
  /** What was tried too often by senders that died: given up just now. */
  readonly exhausted: readonly DueMail[];
  /** Also names the lease: the same row never has the same one twice. */
  readonly leasedUntil: Date;
}

interface Raw {
  id: string;
  organization_id: string | null;
  recipient: string;
  template: string;
  subject: string;
  body: string;
  attempts: number;
  created_at: unknown;
}

const IS_DUE = "next_attempt_at <= ? AND (leased_until IS NULL OR leased_until <= ?)";

/** Whether any message is due: a look that locks nothing. */
export async function hasDueMail(reader: Reader, now: Date): Promise<boolean> {
  return (await reader.row(`SELECT id FROM mail_message WHERE ${IS_DUE} LIMIT 1`, [now, now])) !== undefined;
}

/**
 * Claims due messages, those that wait longest first. The attempt is counted now and not when it fails, so that a
 * message that kills its sender is not tried for ever.
 */
export async function claimDueMail(
  transaction: Transaction,
  now: Date,
  { limit, leaseSeconds }: { readonly limit: number; readonly leaseSeconds: number },
): Promise<ClaimedMail> {
  // On SQLite the transaction itself is the lock.
  const skipping = transaction.dialect === "mysql" ? " FOR UPDATE SKIP LOCKED" : "";
  const raws = await transaction.rows<Raw>(
    `SELECT id, organization_id, recipient, template, subject, body, attempts, created_at
       FROM mail_message WHERE ${IS_DUE} ORDER BY next_attempt_at LIMIT ${Math.trunc(limit)}${skipping}`,
    [now, now],
  );
  const leasedUntil = new Date(now.getTime() + leaseSeconds * 1_000);
  const mails = raws.map(fromRaw);
  const due = mails.filter(({ attempt }) => attempt <= MAXIMUM_ATTEMPTS);
  // The attempt that would be next is not made: the last one is what there is to tell.
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
    attempt: raw.attempts + 1,
    createdAt: toDate(raw.created_at),
  };
}

/** What became of a claimed message. */
export type Outcome =
  | { readonly kind: "SENT"; readonly mail: DueMail }
  /** Not tried after all: the attempt does not count. */
  | { readonly kind: "UNTRIED"; readonly mail: DueMail }
  /** `nextAttemptAt` is null when it is given up. */
  | { readonly kind: "FAILED"; readonly mail: DueMail; readonly error: string; readonly nextAttemptAt: Date | null };

/** Notes what became of claimed messages. What somebody else claimed meanwhile is theirs, unless it was sent. */
export async function settleMail(
  transaction: Transaction,
  now: Date,
  leasedUntil: Date,
  outcomes: readonly Outcome[],
): Promise<void> {
  const sent = outcomes.filter(({ kind }) => kind === "SENT").map(({ mail }) => mail);
  const untried = outcomes.filter(({ kind }) => kind === "UNTRIED").map(({ mail }) => mail);
  // What was said is nobody's business any more: it may hold links that open doors.
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

/** Forgets messages that were sent or given up, a month after they were queued. Every replica may sweep. */
export async function sweepMail(transaction: Transaction, now: Date): Promise<number> {
  // Ids begin with their time (RFC 9562 5.7), so that the primary key finds the old ones.
  const time = (now.getTime() - KEPT_DAYS * 86_400_000).toString(16).padStart(12, "0");
  return await transaction.execute("DELETE FROM mail_message WHERE id < ? AND next_attempt_at IS NULL", [
    `${time.slice(0, 8)}-${time.slice(8)}`,
  ]);
}
