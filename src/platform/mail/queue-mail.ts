/** Writes messages to the outbox, in the unit of work of the change that they report, without header injection. */
import { v7 as uuidv7 } from "uuid";
import type { Transaction } from "../database/database.js";
import { insertRows } from "../database/statements.js";
import { isEmailAddress } from "../errors/input.js";
import { cutText } from "../text.js";
import { NO_ADDRESS, toOneLine, toPlainText } from "./mail-text.js";
import type { MailText } from "./template.js";

/** A message to one recipient. */
export interface NewMail extends MailText {
  /** The recipient's organization; `null` for a message of the installation. */
  readonly organizationId: string | null;
  /** An address without a name. */
  readonly recipient: string;
}

export type MailUnit = Transaction & { readonly now: Date };

const LONGEST_RECIPIENT = 254;
const LONGEST_SUBJECT = 300;
const LONGEST_HEADING = 200;
const LONGEST_BODY = 100_000;

/**
 * Queues a message, which is sent after the unit of work commits. An invalid address is not an error, because it must
 * not undo the change that the message reports: the message is stored as given up, with the reason.
 */
export async function queueMail(unit: MailUnit, mail: NewMail): Promise<void> {
  await queueMails(unit, [mail]);
}

/** Queues several messages at once. */
export async function queueMails(unit: MailUnit, mails: readonly NewMail[]): Promise<void> {
  await insertRows(unit, "mail_message", COLUMNS, mails.map(toValues(unit.now)));
}

/** Whether a message of a template was queued for a recipient since a time. Ids rise with time, so older rows are not read. */
export async function wasQueuedSince(
  unit: MailUnit,
  since: Date,
  { recipient, template }: Pick<NewMail, "recipient" | "template">,
): Promise<boolean> {
  const time = since.getTime().toString(16).padStart(12, "0");
  const row = await unit.row("SELECT id FROM mail_message WHERE id >= ? AND recipient = ? AND template = ? LIMIT 1", [
    `${time.slice(0, 8)}-${time.slice(8)}`,
    recipient,
    template,
  ]);
  return row !== undefined;
}

const COLUMNS = [
  "id",
  "organization_id",
  "recipient",
  "template",
  "subject",
  "body",
  "heading",
  "attempts",
  "next_attempt_at",
  "last_error",
  "created_at",
] as const;

function toValues(now: Date) {
  return ({ organizationId, recipient, template, subject, body, heading = null }: NewMail) => {
    const isUsable = isEmailAddress(recipient);
    return [
      uuidv7({ msecs: now.getTime() }),
      organizationId,
      cutText(isUsable ? recipient : toOneLine(recipient), LONGEST_RECIPIENT),
      template,
      cutText(toOneLine(subject), LONGEST_SUBJECT),
      cutText(toPlainText(body), LONGEST_BODY),
      heading === null ? null : cutText(toOneLine(heading), LONGEST_HEADING),
      0,
      isUsable ? now : null,
      isUsable ? null : NO_ADDRESS,
      now,
    ];
  };
}
