/** Records sign-ins, role changes and configuration changes in the audit log, in the transaction of the change. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../access/unit-of-work.js";

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
  await unit.execute(
    `INSERT INTO audit_entry (id, organization_id, action, actor_kind, actor_id, subject_type, subject_id,
                              before_value, after_value, occurred_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      uuidv7(),
      entry.organizationId,
      entry.action,
      unit.cause.kind,
      unit.cause.actor,
      entry.subject.type,
      entry.subject.id,
      entry.before ? JSON.stringify(entry.before) : null,
      entry.after ? JSON.stringify(entry.after) : null,
      unit.now,
    ],
  );
}
