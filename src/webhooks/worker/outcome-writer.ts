/**
 * Writes the outcomes of turns in batches: those of many endpoints in one unit of work. When a batch fails, each outcome
 * is written by itself, so that one endpoint's faulty outcome does not lose those of the others.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { StoredEvent } from "../../events/read-log.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import type { AttemptKind, AttemptResult } from "../delivery/attempt.js";
import { insertAttempts } from "../delivery/delivery.repository.js";
import { advanceRedelivery } from "../redelivery/redelivery.repository.js";
import type { Lease } from "./claim.js";
import type { WorkerServices } from "./worker-services.js";

/** An attempt that was made, and when to retry. */
export interface AttemptOutcome {
  readonly kind: AttemptKind;
  readonly event: Pick<StoredEvent, "id" | "sequence" | "type">;
  /** Counts the attempts of one delivery, from 1. */
  readonly number: number;
  readonly result: AttemptResult;
  /** `null` when the attempt succeeded. */
  readonly retryAt: Date | null;
}

/** How far a redelivery has come. */
export interface RedeliveryProgress {
  readonly id: string;
  readonly position: number;
  readonly attempted: number;
  readonly succeeded: number;
  readonly isFinished: boolean;
}

/** The data that a turn writes. */
export interface TurnOutcome {
  readonly lease: Lease;
  /** The endpoint's cursor: the sequence up to which all first attempts were made. */
  readonly position: number;
  readonly attempts: readonly AttemptOutcome[];
  /** Events that retention has deleted: their retries end. */
  readonly missingEventIds: readonly string[];
  readonly redeliveries: readonly RedeliveryProgress[];
  readonly consecutiveFailures: number;
  readonly pausedUntil: Date | null;
  /** `true` releases the lease, `false` renews it. */
  readonly releaseLease: boolean;
}

/**
 * Writes an outcome. Calls `take` only when it writes the batch, so that the outcome includes what the turn adds while it
 * waits.
 *
 * @returns whether the lease was still held; if not, only the attempts are logged
 */
export type OutcomeWriter = (take: () => TurnOutcome) => Promise<boolean>;

interface Waiting {
  readonly take: () => TurnOutcome;
  readonly resolve: (isHeld: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Outcomes within this time share a transaction: a commit costs more than its statements. */
const GATHER_MS = 5;
const OUTCOMES_PER_BATCH = 64;

export function createOutcomeWriter({
  begin,
  settings: { leaseMs },
}: Pick<WorkerServices, "begin" | "settings">): OutcomeWriter {
  let waiting: Waiting[] = [];
  let isWriting = false;

  const write = (outcomes: readonly TurnOutcome[]) =>
    begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => writeOutcomes(unit, outcomes, leaseMs));

  const writeAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, OUTCOMES_PER_BATCH);
      waiting = waiting.slice(OUTCOMES_PER_BATCH);
      const outcomes = batch.map(({ take }) => take());
      try {
        const held = await write(outcomes);
        for (const [index, { resolve }] of batch.entries()) resolve(held[index] ?? false);
      } catch {
        for (const [index, { resolve, reject }] of batch.entries())
          await write(outcomes.slice(index, index + 1)).then(([isHeld = false]) => resolve(isHeld), reject);
      }
    }
    isWriting = false;
  };

  return (take) =>
    new Promise((resolve, reject) => {
      waiting.push({ take, resolve, reject });
      if (!isWriting) {
        isWriting = true;
        setTimeout(() => void writeAll(), GATHER_MS);
      }
    });
}

/** @returns whether each outcome's lease was still held */
async function writeOutcomes(unit: UnitOfWork, outcomes: readonly TurnOutcome[], leaseMs: number): Promise<boolean[]> {
  const held = new Set<TurnOutcome>();
  const logged: TurnOutcome[] = [];
  // All workers write in the order of ids, so that two of them never wait for each other.
  for (const outcome of outcomes.toSorted((left, right) => (left.lease.endpointId < right.lease.endpointId ? -1 : 1))) {
    if (await writeCursor(unit, outcome, leaseMs)) held.add(outcome);
    else if (outcome.attempts.length === 0 || !(await endpointExists(unit, outcome.lease.endpointId))) continue;
    // The messages were sent, so the attempts belong in the log even if another worker holds the lease now.
    logged.push(outcome);
  }
  await insertAttempts(
    unit,
    logged.flatMap(({ lease, attempts }) => attempts.map((each) => ({ ...each, endpointId: lease.endpointId }))),
  );
  for (const outcome of held) {
    await endRetries(unit, outcome);
    for (const progress of outcome.redeliveries) await advanceRedelivery(unit, progress);
  }
  await insertRetries(unit, [...held]);
  return outcomes.map((outcome) => held.has(outcome));
}

/**
 * Moves the cursor, and renews or releases the lease. Returns whether the worker still held the lease; if not, nothing
 * changes.
 */
async function writeCursor(unit: UnitOfWork, outcome: TurnOutcome, leaseMs: number): Promise<boolean> {
  const { lease, position, consecutiveFailures, pausedUntil, releaseLease } = outcome;
  const leasedUntil = new Date(unit.now.getTime() + leaseMs);
  const changed = await unit.execute(
    `UPDATE webhook_cursor SET last_sequence = ?, consecutive_failures = ?, paused_until = ?, leased_until = ?,
       lease_id = ?, turn_ended_at = ? WHERE endpoint_id = ? AND lease_id = ?`,
    [
      position,
      consecutiveFailures,
      pausedUntil,
      releaseLease ? null : leasedUntil,
      releaseLease ? null : lease.id,
      unit.now,
      lease.endpointId,
      lease.id,
    ],
  );
  return changed > 0;
}

/**
 * Deletes the retries of attempted events. `insertRetries` schedules the next ones. An event whose first attempt succeeded
 * has no retry to delete.
 */
async function endRetries(unit: UnitOfWork, { lease, attempts, missingEventIds }: TurnOutcome): Promise<void> {
  const over = [
    ...missingEventIds,
    ...attempts.filter(({ kind, retryAt }) => kind !== "FIRST" || retryAt !== null).map(({ event }) => event.id),
  ];
  if (over.length > 0)
    await unit.execute(`DELETE FROM webhook_retry WHERE endpoint_id = ? AND event_id IN (${placeholders(over)})`, [
      lease.endpointId,
      ...over,
    ]);
}

const RETRY_COLUMNS = ["endpoint_id", "event_id", "sequence", "attempts", "next_attempt_at", "scheduled_at"];

async function insertRetries(unit: UnitOfWork, outcomes: readonly TurnOutcome[]): Promise<void> {
  const rows = outcomes.flatMap(({ lease, attempts }) => {
    // The last of several attempts at one event counts.
    const failed = new Map<string, readonly [string, string, number, number, Date, Date]>();
    for (const { event, number, retryAt, result } of attempts) {
      failed.delete(event.id);
      if (retryAt === null) continue;
      // Computed from the attempt, as `retryAt` is. The present time may be earlier, if the clock was set back meanwhile.
      const scheduledAt = new Date(result.startedAt.getTime() + result.durationMs);
      failed.set(event.id, [lease.endpointId, event.id, event.sequence, number, retryAt, scheduledAt]);
    }
    return [...failed.values()];
  });
  await insertRows(unit, "webhook_retry", RETRY_COLUMNS, rows);
}

async function endpointExists(unit: UnitOfWork, id: string): Promise<boolean> {
  return (await unit.row("SELECT 1 AS found FROM webhook_endpoint WHERE id = ?", [id])) !== undefined;
}
