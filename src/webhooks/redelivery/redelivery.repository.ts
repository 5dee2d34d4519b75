/** Reads and writes redeliveries. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import type { Redelivery, RedeliveryState } from "./redelivery.js";
import { WebhookRedeliveryRow } from "./redelivery.row.js";

interface RawRedelivery {
  id: string;
  endpoint_id: string;
  state: string;
  event_ids: string | null;
  from_sequence: number;
  to_sequence: number;
  position: number;
  total: number;
  attempted: number;
  succeeded: number;
  created_at: unknown;
  finished_at: unknown;
}

const COLUMNS = `d.id, d.endpoint_id, d.state, d.event_ids, d.from_sequence, d.to_sequence, d.position, d.total, d.attempted,
  d.succeeded, d.created_at, d.finished_at`;

function fromRaw(raw: RawRedelivery): Redelivery {
  return {
    id: raw.id,
    endpointId: raw.endpoint_id,
    state: raw.state as RedeliveryState,
    eventIds: raw.event_ids === null ? null : toJson<string[]>(raw.event_ids),
    fromSequence: raw.from_sequence,
    toSequence: raw.to_sequence,
    position: raw.position,
    total: raw.total,
    attempted: raw.attempted,
    succeeded: raw.succeeded,
    createdAt: toDate(raw.created_at),
    finishedAt: toDateOrNull(raw.finished_at),
  };
}

/** Finds a redelivery by id; `null` when it does not exist or its endpoint is outside the scope. */
export async function findRedelivery(reader: Reader, scope: OrganizationScope, id: string): Promise<Redelivery | null> {
  const raw = await reader.row<RawRedelivery>(
    `SELECT ${COLUMNS} FROM webhook_redelivery d JOIN webhook_endpoint w ON w.id = d.endpoint_id
     WHERE d.id = ?${scope === null ? "" : " AND w.organization_id = ?"}`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? fromRaw(raw) : null;
}

/** Finds the oldest running redelivery of an endpoint. */
export async function findRunningRedelivery(reader: Reader, endpointId: string): Promise<Redelivery | null> {
  const raw = await reader.row<RawRedelivery>(
    `SELECT ${COLUMNS} FROM webhook_redelivery d WHERE d.endpoint_id = ? AND d.state = 'RUNNING' ORDER BY d.id LIMIT 1`,
    [endpointId],
  );
  return raw ? fromRaw(raw) : null;
}

export async function insertRedelivery(unit: UnitOfWork, redelivery: Redelivery): Promise<void> {
  const { eventIds } = redelivery;
  await unit.manager.insert(WebhookRedeliveryRow, {
    ...redelivery,
    eventIds: eventIds === null ? null : JSON.stringify(eventIds),
  });
}

/** Stores the progress of a redelivery. */
export async function advanceRedelivery(
  unit: UnitOfWork,
  step: Pick<Redelivery, "id" | "position" | "attempted" | "succeeded"> & { readonly isFinished: boolean },
): Promise<void> {
  await unit.execute(
    "UPDATE webhook_redelivery SET position = ?, attempted = ?, succeeded = ?, state = ?, finished_at = ? WHERE id = ?",
    [
      step.position,
      step.attempted,
      step.succeeded,
      step.isFinished ? "FINISHED" : "RUNNING",
      step.isFinished ? unit.now : null,
      step.id,
    ],
  );
}
