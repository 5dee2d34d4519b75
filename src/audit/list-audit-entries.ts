/** Reads the audit log. */
import { requireOperator, requirePermission, type Caller, type Cause } from "../access/caller.js";
import type { Store } from "../access/store.js";
import type { SqlValue } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import { toDate, toJson } from "../platform/database/values.js";
import { pageByKeyset, type KeysetColumn } from "../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../platform/graphql/paging.js";

/** An entry as the log shows it. */
export interface LoggedAuditEntry {
  readonly id: string;
  readonly action: string;
  readonly occurredAt: Date;
  readonly cause: Cause;
  readonly subject: { readonly type: string; readonly id: string };
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Fields that are absent do not filter. `from` is inclusive, `to` exclusive. */
interface AuditFilter {
  readonly actions?: readonly string[] | null;
  readonly actor?: string | null;
  readonly subjectType?: string | null;
  readonly subjectId?: string | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

export interface AuditQuery {
  /** `null` for entries that concern the whole installation. */
  readonly organizationId: string | null;
  readonly filter?: AuditFilter | null;
  readonly page: PageArgs;
}

interface Raw {
  id: string;
  action: string;
  actor_kind: string;
  actor_id: string | null;
  subject_type: string;
  subject_id: string;
  before_value: string | null;
  after_value: string | null;
  occurred_at: unknown;
}

function fromRaw(raw: Raw): LoggedAuditEntry {
  return {
    id: raw.id,
    action: raw.action,
    occurredAt: toDate(raw.occurred_at),
    cause: { kind: raw.actor_kind as Cause["kind"], actor: raw.actor_id },
    subject: { type: raw.subject_type, id: raw.subject_id },
    before: raw.before_value === null ? null : toJson(raw.before_value),
    after: raw.after_value === null ? null : toJson(raw.after_value),
  };
}

const NEWEST_FIRST: readonly [KeysetColumn<Raw>, KeysetColumn<Raw>] = [
  { column: "a.occurred_at", direction: "DESC", kind: "time", read: (raw) => toDate(raw.occurred_at) },
  { column: "a.id", direction: "DESC", kind: "text", read: (raw) => raw.id },
];

/**
 * Reads one page of the audit log, newest first. Only the operator may read the entries of the installation.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listAuditEntries(
  { reader }: Store,
  caller: Caller,
  { organizationId, filter, page }: AuditQuery,
): Promise<Page<LoggedAuditEntry>> {
  if (organizationId === null) requireOperator(caller);
  else requirePermission(caller, organizationId, "AUDIT_READ");
  const found = await pageByKeyset<Raw>({
    reader,
    select: `a.id, a.action, a.actor_kind, a.actor_id, a.subject_type, a.subject_id, a.before_value, a.after_value,
      a.occurred_at`,
    from: "audit_entry a",
    where: writeConditions(organizationId, filter ?? {}),
    order: NEWEST_FIRST,
    args: page,
  });
  return toPage(found, fromRaw);
}

function writeConditions(organizationId: string | null, filter: AuditFilter) {
  const terms: string[] = [];
  const parameters: SqlValue[] = [];
  const demand = (sql: string, ...values: SqlValue[]) => {
    terms.push(sql);
    parameters.push(...values);
  };
  if (organizationId === null) demand("a.organization_id IS NULL");
  else demand("a.organization_id = ?", organizationId);
  const actions = filter.actions ?? [];
  if (actions.length > 0) demand(`a.action IN (${placeholders(actions)})`, ...actions);
  if (filter.actor != null) demand("a.actor_id = ?", filter.actor);
  if (filter.subjectType != null) demand("a.subject_type = ?", filter.subjectType);
  if (filter.subjectId != null) demand("a.subject_id = ?", filter.subjectId);
  if (filter.from != null) demand("a.occurred_at >= ?", filter.from);
  if (filter.to != null) demand("a.occurred_at < ?", filter.to);
  return { sql: terms.join(" AND "), parameters };
}
