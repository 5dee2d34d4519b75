/** Writes the delivery log, and reads the retries that are due. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { StoredEvent } from "../../events/read-log.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import type { AttemptKind, AttemptResult } from "./attempt.js";

/** An attempt to log. */
export interface LoggedAttempt {
  readonly endpointId: string;
  readonly kind: AttemptKind;
  readonly event: Pick<StoredEvent, "id" | "sequence" | "type">;
  readonly number: number;
  readonly result: AttemptResult;
}

const ATTEMPT_COLUMNS = [
  "id",
  "endpoint_id",
  "event_id",
  "sequence",
  "event_type",
  "kind",
  "number",
  "succeeded",
  "status",
  "failure",
  "answer",
  "started_at",
  "duration_ms",
];

export async function insertAttempts(unit: UnitOfWork, attempts: readonly LoggedAttempt[]): Promise<void> {
  await insertRows(
    unit,
    "webhook_attempt",
    ATTEMPT_COLUMNS,
    attempts.map(({ endpointId, kind, event, number, result }) => [
      uuidv7(),
      endpointId,
      event.id,
      event.sequence,
      event.type,
      kind,
      number,
      result.succeeded,
      result.status,
      result.failure,
      result.answer,
      result.startedAt,
      result.durationMs,
    ]),
  );
}

/** A failed delivery that is due again. */
export interface DueRetry {
  readonly eventId: string;
  readonly sequence: number;
  readonly attempts: number;
}

/** Finds the retries of an endpoint that are due, in the order in which they came due. */
export async function findDueRetries(
  reader: Reader,
  endpointId: string,
  now: Date,
  limit: number,
): Promise<DueRetry[]> {
  const raws = await reader.rows<{ event_id: string; sequence: number; attempts: number }>(
    `SELECT event_id, sequence, attempts FROM webhook_retry WHERE endpoint_id = ? AND next_attempt_at <= ?
     ORDER BY next_attempt_at, sequence LIMIT ${Math.trunc(limit)}`,
    [endpointId, now],
  );
  return raws.map(({ event_id, sequence, attempts }) => ({ eventId: event_id, sequence, attempts }));
}

/**
 * Makes retries of an endpoint due that were scheduled after a given time. A clock that was ahead wrote that time, and has
 * been set back since.
 */
export async function makeMisdatedRetriesDue(unit: UnitOfWork, endpointId: string, after: Date): Promise<void> {
  await unit.execute(
    "UPDATE webhook_retry SET next_attempt_at = ?, scheduled_at = ? WHERE endpoint_id = ? AND scheduled_at > ?",
    [unit.now, unit.now, endpointId, after],
  );
}

const KEPT_DAYS = 30;
const SWEEP_LIMIT = 2_000;

/** Deletes attempts that are older than 30 days, a limited number at a time. */
export async function sweepDeliveries(unit: UnitOfWork): Promise<void> {
  const before = new Date(unit.now.getTime() - KEPT_DAYS * 86_400_000);
  const old = await unit.rows<{ id: string }>(
    `SELECT id FROM webhook_attempt WHERE started_at < ? ORDER BY started_at LIMIT ${SWEEP_LIMIT}`,
    [before],
  );
  if (old.length > 0)
    await unit.execute(
      `DELETE FROM webhook_attempt WHERE id IN (${placeholders(old)})`,
      old.map(({ id }) => id),
    );
}
