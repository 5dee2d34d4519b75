/** Removes receivers' answers about an erased person from the delivery log, because an answer may repeat the event. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { placeholders } from "../../platform/database/statements.js";

const IDS_PER_STATEMENT = 500;

/** Removes the answers to events about a user. */
export async function eraseAnswers(unit: UnitOfWork, { id }: { readonly id: string }): Promise<void> {
  await eraseAnswersAbout(unit, "user", [id]);
}

/** Removes the answers to events about subjects of one type. */
export async function eraseAnswersAbout(unit: UnitOfWork, type: string, ids: readonly string[]): Promise<void> {
  for (const some of chunk(ids)) {
    const events = await unit.rows<{ id: string; organization_id: string }>(
      `SELECT id, organization_id FROM event WHERE subject_id IN (${placeholders(some)}) AND subject_type = ?`,
      [...some, type],
    );
    await eraseAnswersTo(unit, events);
  }
}

async function eraseAnswersTo(
  unit: UnitOfWork,
  events: readonly { readonly id: string; readonly organization_id: string }[],
): Promise<void> {
  if (events.length === 0) return;
  const organizations = [...new Set(events.map(({ organization_id }) => organization_id))];
  const endpoints = await unit.rows<{ id: string }>(
    `SELECT id FROM webhook_endpoint WHERE organization_id IN (${placeholders(organizations)})`,
    organizations,
  );
  // Updates by endpoint and event, because the log has this index.
  for (const endpoint of endpoints)
    for (const some of chunk(events.map(({ id }) => id)))
      await unit.execute(
        `UPDATE webhook_attempt SET answer = NULL WHERE endpoint_id = ? AND event_id IN (${placeholders(some)})`,
        [endpoint.id, ...some],
      );
}

function* chunk(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += IDS_PER_STATEMENT) yield ids.slice(start, start + IDS_PER_STATEMENT);
}
