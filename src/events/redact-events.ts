/** Takes a person who was erased out of the log. The facts stay: sequence, type, time, subject and version. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { toJson } from "../platform/database/values.js";
import type { SubjectType } from "./event-type.js";

/** Data of an event, as its type declares it. */
export type EventData = Readonly<Record<string, unknown>>;

/**
 * Rewrites the data of every event about a subject, in the logs of all organizations: nothing else of an event is ever
 * changed, and nothing but erasure changes that.
 *
 * @param redact the data without whoever it was; called once for each event
 * @returns how many events there were
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
