/** Removes an erased person from the audit log. Actor, action, id and time stay. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { toJson } from "../platform/database/values.js";
import type { AuditEntry } from "./record-audit.js";

/** The `before` or `after` of an entry. */
export type AuditValue = Readonly<Record<string, unknown>>;

/**
 * Rewrites the values of every entry about a subject, in all organizations.
 *
 * @param redact returns a value without the personal data
 * @returns the number of entries
 */
export async function redactAudit(
  unit: UnitOfWork,
  subject: AuditEntry["subject"],
  redact: (value: AuditValue) => AuditValue,
): Promise<number> {
  const rows = await unit.rows<{ id: string; before_value: string | null; after_value: string | null }>(
    "SELECT id, before_value, after_value FROM audit_entry WHERE subject_id = ? AND subject_type = ?",
    [subject.id, subject.type],
  );
  const rewrite = (text: string | null) => (text === null ? null : JSON.stringify(redact(toJson(text))));
  for (const { id, before_value, after_value } of rows)
    await unit.execute("UPDATE audit_entry SET before_value = ?, after_value = ? WHERE id = ?", [
      rewrite(before_value),
      rewrite(after_value),
      id,
    ]);
  return rows.length;
}
