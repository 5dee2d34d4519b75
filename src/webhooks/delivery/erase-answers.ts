/** Takes what receivers answered about a person who was erased out of the log of deliveries: answers repeat what was sent. */
import type { UnitOfWork } from "../../access/unit-of-work.js";

const AT_ONCE = 500;

/** Empties the answers to events about a user. One of the user's parts, for deletion. */
export async function eraseAnswers(unit: UnitOfWork, { id }: { readonly id: string }): Promise<void> {
  const events = await unit.rows<{ id: string; organization_id: string }>(
    "SELECT id, organization_id FROM event WHERE subject_id = ? AND subject_type = 'user'",
    [id],
  );
  const organizations = [...new Set(events.map(({ organization_id }) => organization_id))];
  const endpoints = await unit.rows<{ id: string }>(
    `SELECT id FROM webhook_endpoint WHERE organization_id IN (${organizations.map(() => "?").join(", ") || "''"})`,
    organizations,
  );
  // By endpoint and event, as the log is indexed.
  for (const endpoint of endpoints)
    for (let from = 0; from < events.length; from += AT_ONCE) {
      const some = events.slice(from, from + AT_ONCE);
      await unit.execute(
        `UPDATE webhook_attempt SET answer = NULL WHERE endpoint_id = ? AND event_id IN (${some.map(() => "?").join(", ")})`,
        [endpoint.id, ...some.map((event) => event.id)],
      );
    }
}
