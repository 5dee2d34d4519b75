/** Records sign-ins, role changes and configuration changes in the audit log, in the transaction of the change. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../access/unit-of-work.js";
import { insertRows } from "../platform/database/statements.js";

/** An action to record. `before` and `after` may name a changed secret, but never contain it. */
export interface AuditEntry {
  /** `null` for an action that concerns the whole installation. */
  readonly organizationId: string | null;
  /** `noun.verbed`: `connection.activated`. */
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}

/** Records an entry in the unit of work of the action. */
export async function recordAudit(unit: UnitOfWork, entry: AuditEntry): Promise<void> {
  await recordAudits(unit, [entry]);
}

/** Records several entries, in order. One statement writes many of them. */
export async function recordAudits(unit: UnitOfWork, entries: readonly AuditEntry[]): Promise<void> {
  await insertRows(
    unit,
    "audit_entry",
    COLUMNS,
    entries.map(({ organizationId, action, subject, before, after }) => [
      uuidv7(),
      organizationId,
      action,
      unit.cause.kind,
      unit.cause.actor,
      subject.type,
      subject.id,
      before ? JSON.stringify(before) : null,
      after ? JSON.stringify(after) : null,
      unit.now,
    ]),
  );
}

const COLUMNS = [
  "id",
  "organization_id",
  "action",
  "actor_kind",
  "actor_id",
  "subject_type",
  "subject_id",
  "before_value",
  "after_value",
  "occurred_at",
];
