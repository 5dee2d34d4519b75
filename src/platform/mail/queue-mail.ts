/** Puts messages into the outbox, in the unit of work of what they tell of. Nothing that could be a header gets in. */
import { v7 as uuidv7 } from "uuid";
import type { Transaction } from "../database/database.js";
import { insertRows } from "../database/statements.js";
import { isEmailAddress } from "../errors/input.js";
import { cutText } from "../text.js";
import { NO_ADDRESS, toOneLine, toPlainText } from "./mail-text.js";
import type { MailText } from "./template.js";

/** A message for one person. */
export interface NewMail extends MailText {
  /** Whose people it is for; `null` for the installation's own. */
  readonly organizationId: string | null;
  /** One address, without a name. */
  readonly recipient: string;
}

/** What writing a message needs of a unit of work. */
export type MailUnit = Transaction & { readonly now: Date };

const LONGEST_RECIPIENT = 254;
const LONGEST_SUBJECT = 300;
const LONGEST_BODY = 100_000;

/**
 * Queues a message, which is sent once the unit of work is committed. An unusable address stops nobody: the message is
 * kept as given up, with the reason, because whatever it tells of has happened all the same.
 */
export async function queueMail(unit: MailUnit, mail: NewMail): Promise<void> {
  await queueMails(unit, [mail]);
}

/** Queues several messages at once. */
export async function queueMails(unit: MailUnit, mails: readonly NewMail[]): Promise<void> {
  await insertRows(unit, "mail_message", COLUMNS, mails.map(toValues(unit.now)));
}

/** Whether a person was sent a message of a template since a moment. Ids rise with time, so older messages are not read. */
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
  "attempts",
  "next_attempt_at",
  "last_error",
  "created_at",
] as const;

function toValues(now: Date) {
  return ({ organizationId, recipient, template, subject, body }: NewMail) => {
    const isUsable = isEmailAddress(recipient);
    return [
      uuidv7({ msecs: now.getTime() }),
      organizationId,
      cutText(isUsable ? recipient : toOneLine(recipient), LONGEST_RECIPIENT),
      template,
      cutText(toOneLine(subject), LONGEST_SUBJECT),
      cutText(toPlainText(body), LONGEST_BODY),
      0,
      isUsable ? now : null,
      isUsable ? null : NO_ADDRESS,
      now,
    ];
  };
}
