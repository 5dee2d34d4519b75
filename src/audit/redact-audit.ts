/** Takes a person who was erased out of the audit log. Who did what to which id, and when, stays. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { toJson } from "../platform/database/values.js";
import type { AuditEntry } from "./record-audit.js";

/** What an entry shows of before or after. */
export type AuditValue = Readonly<Record<string, unknown>>;

/**
 * Rewrites what every entry about a subject shows, of all organizations.
 *
 * @param redact a value without whoever it was
 * @returns how many entries there were
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
