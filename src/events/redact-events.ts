/** Removes an erased person from the log. Sequence, type, time, subject and version of each event stay. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { toJson } from "../platform/database/values.js";
import type { SubjectType } from "./event-type.js";

export type EventData = Readonly<Record<string, unknown>>;

/**
 * Rewrites the data of every event about a subject, in the logs of all organizations. This is the only change that is ever
 * made to an event.
 *
 * @param redact returns the data without the personal data. It is called once for each event.
 * @returns the number of events
 */
export async function redactEvents(
  unit: UnitOfWork,
  subject: { readonly type: SubjectType; readonly id: string },
  redact: (data: EventData) => EventData,
): Promise<number> {
  const rows = await unit.rows<{ id: string; data: string }>(
    "SELECT id, data FROM event WHERE subject_id = ? AND subject_type = ?",
    [subject.id, subject.type],
  );
  for (const { id, data } of rows)
    await unit.execute("UPDATE event SET data = ? WHERE id = ?", [JSON.stringify(redact(toJson(data))), id]);
  return rows.length;
}
