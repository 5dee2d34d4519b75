/** Lists the messages of the outbox, which keeps them for a month. */
import { requireOperator, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { SqlValue } from "../../platform/database/database.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";

/** The states of a message, each with the condition on its row. */
const STATES = {
  WAITING: "(m.next_attempt_at IS NOT NULL AND m.last_error IS NULL)",
  RETRYING: "(m.next_attempt_at IS NOT NULL AND m.last_error IS NOT NULL)",
  SENT: "m.sent_at IS NOT NULL",
  GIVEN_UP: "(m.sent_at IS NULL AND m.next_attempt_at IS NULL)",
} as const;
export type MailState = keyof typeof STATES;

/** A message without its text. */
export interface ListedMail {
  readonly id: string;
  readonly template: string;
  readonly recipient: string;
  readonly subject: string;
  readonly state: MailState;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly sentAt: Date | null;
  readonly lastError: string | null;
}

/** Fields that are absent do not filter. */
interface MailFilter {
  readonly states?: readonly MailState[] | null;
  readonly recipient?: string | null;
}

interface Raw {
  id: string;
  template: string;
  recipient: string;
  subject: string;
  attempts: number;
  created_at: unknown;
  next_attempt_at: unknown;
  sent_at: unknown;
  last_error: string | null;
}

/**
 * One page of messages to the people of an organization, the newest first.
 *
 * @param query without an organization: the messages of the whole installation, for the operator
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listMails(
  { reader }: Store,
  caller: Caller,
  query: { readonly organizationId: string | null; readonly filter: MailFilter; readonly page: PageArgs },
): Promise<Page<ListedMail>> {
  const { organizationId, filter, page } = query;
  if (organizationId === null) requireOperator(caller);
  else requirePermission(caller, organizationId, "AUDIT_READ");
  const terms = organizationId === null ? ["1 = 1"] : ["m.organization_id = ?"];
  const parameters: SqlValue[] = organizationId === null ? [] : [organizationId];
  const states = filter.states ?? [];
  if (states.length > 0) terms.push(`(${states.map((state) => STATES[state]).join(" OR ")})`);
  if (filter.recipient != null) {
    terms.push("m.recipient = ?");
    parameters.push(filter.recipient);
  }
  const found = await pageByKeyset<Raw>({
    reader,
    select: `m.id, m.template, m.recipient, m.subject, m.attempts, m.created_at, m.next_attempt_at, m.sent_at, m.last_error`,
    from: "mail_message m",
    where: { sql: terms.join(" AND "), parameters },
    // An id begins with the time of the message.
    order: [{ column: "m.id", direction: "DESC", kind: "text", read: (raw) => raw.id }],
    args: page,
  });
  return toPage(found, fromRaw);
}

function fromRaw(raw: Raw): ListedMail {
  const { id, template, recipient, subject, attempts, last_error: lastError } = raw;
  const [sentAt, nextAttemptAt] = [toDateOrNull(raw.sent_at), toDateOrNull(raw.next_attempt_at)];
  const unsent = nextAttemptAt === null ? "GIVEN_UP" : lastError === null ? "WAITING" : "RETRYING";
  const state: MailState = sentAt === null ? unsent : "SENT";
  return {
    id,
    template,
    recipient,
    subject,
    state,
    attempts,
    nextAttemptAt,
    sentAt,
    lastError,
    createdAt: toDate(raw.created_at),
  };
}
