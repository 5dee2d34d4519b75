/**
 * Writes down what came of turns, those of many endpoints in one unit of work. A unit that fails is taken apart, so that
 * what is wrong with one endpoint's results is not wrong with everybody's.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { StoredEvent } from "../../events/read-log.js";
import { insertRows } from "../../platform/database/statements.js";
import type { AttemptKind, AttemptResult } from "../delivery/attempt.js";
import { insertAttempts } from "../delivery/delivery.repository.js";
import { advanceRedelivery } from "../redelivery/redelivery.repository.js";
import type { Lease } from "./claim.js";
import type { WorkerServices } from "./worker-services.js";

/** One attempt that was made. */
export interface Delivered {
  readonly kind: AttemptKind;
  readonly event: Pick<StoredEvent, "id" | "sequence" | "type">;
  /** The how-manieth of its series: 1 for the first. */
  readonly number: number;
  readonly result: AttemptResult;
  /** When to try again; `null` where it succeeded. */
  readonly retryAt: Date | null;
}

/** How far a redelivery has come. */
export interface RedeliveryStep {
  readonly id: string;
  readonly position: number;
  readonly attempted: number;
  readonly succeeded: number;
  readonly isFinished: boolean;
}

/** What is to be written of one turn. */
export interface Page {
  readonly lease: Lease;
  /** The cursor. */
  readonly position: number;
  readonly delivered: readonly Delivered[];
  /** Events whose retry has nothing to send any more. */
  readonly gone: readonly string[];
  readonly steps: readonly RedeliveryStep[];
  readonly consecutiveFailures: number;
  readonly pausedUntil: Date | null;
  /** Whether the lease is given back, instead of being renewed. */
  readonly release: boolean;
}

/**
 * Writes the page that `take` answers when its turn has come. Answers whether the lease was still held: where it was not,
 * the attempts alone are logged.
 */
export type Scribe = (take: () => Page) => Promise<boolean>;

interface Waiting {
  readonly take: () => Page;
  readonly resolve: (isHeld: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Turns that end so close together are written together: a commit costs more than what is in it. */
const GATHER_MS = 5;
/** Endpoints written in one unit of work. */
const PAGES_AT_ONCE = 64;

export function createScribe({ begin, measures: { leaseMs } }: Pick<WorkerServices, "begin" | "measures">): Scribe {
  let waiting: Waiting[] = [];
  let isWriting = false;

  const write = (pages: readonly Page[]) =>
    begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => writePages(unit, pages, leaseMs));

  const writeAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, PAGES_AT_ONCE);
      waiting = waiting.slice(PAGES_AT_ONCE);
      const pages = batch.map(({ take }) => take());
      try {
        const held = await write(pages);
        for (const [index, { resolve }] of batch.entries()) resolve(held[index] ?? false);
      } catch {
        for (const [index, { resolve, reject }] of batch.entries())
          await write(pages.slice(index, index + 1)).then(([isHeld = false]) => resolve(isHeld), reject);
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

/** Answers for each page whether its lease was held. */
async function writePages(unit: UnitOfWork, pages: readonly Page[], leaseMs: number): Promise<boolean[]> {
  const held = new Set<Page>();
  const logged: Page[] = [];
  // In one order, so that no two workers wait for each other.
  for (const page of pages.toSorted((left, right) => (left.lease.endpointId < right.lease.endpointId ? -1 : 1))) {
    if (await writeCursor(unit, page, leaseMs)) held.add(page);
    else if (page.delivered.length === 0 || !(await endpointExists(unit, page.lease.endpointId))) continue;
    // What was sent was sent, whoever holds the lease by now.
    logged.push(page);
  }
  await insertAttempts(
    unit,
    logged.flatMap(({ lease, delivered }) => delivered.map((each) => ({ ...each, endpointId: lease.endpointId }))),
  );
  for (const page of held) {
    await endRetries(unit, page);
    for (const step of page.steps) await advanceRedelivery(unit, step);
  }
  await insertRetries(unit, [...held]);
  return pages.map((page) => held.has(page));
}

/** Names the lease, so that a worker whose lease another one has by now changes nothing. */
async function writeCursor(unit: UnitOfWork, page: Page, leaseMs: number): Promise<boolean> {
  const { lease, position, consecutiveFailures, pausedUntil, release } = page;
  const leasedUntil = new Date(unit.now.getTime() + leaseMs);
  const changed = await unit.execute(
    `UPDATE webhook_cursor SET last_sequence = ?, consecutive_failures = ?, paused_until = ?, leased_until = ?,
       lease_id = ?, turn_ended_at = ? WHERE endpoint_id = ? AND lease_id = ?`,
    [
      position,
      consecutiveFailures,
      pausedUntil,
      release ? null : leasedUntil,
      release ? null : lease.id,
      unit.now,
      lease.endpointId,
      lease.id,
    ],
  );
  return changed > 0;
}

/** A first attempt that succeeds has no retry; everything else may have one, which is over or begins anew. */
async function endRetries(unit: UnitOfWork, { lease, delivered, gone }: Page): Promise<void> {
  const over = [
    ...gone,
    ...delivered.filter(({ kind, retryAt }) => kind !== "FIRST" || retryAt !== null).map(({ event }) => event.id),
  ];
  if (over.length > 0)
    await unit.execute(
      `DELETE FROM webhook_retry WHERE endpoint_id = ? AND event_id IN (${over.map(() => "?").join(", ")})`,
      [lease.endpointId, ...over],
    );
}

const RETRY_COLUMNS = ["endpoint_id", "event_id", "sequence", "attempts", "next_attempt_at", "scheduled_at"];

async function insertRetries(unit: UnitOfWork, pages: readonly Page[]): Promise<void> {
  const rows = pages.flatMap(({ lease, delivered }) => {
    // Of several attempts for one event the last one counts.
    const failed = new Map<string, readonly [string, string, number, number, Date, Date]>();
    for (const { event, number, retryAt, result } of delivered) {
      failed.delete(event.id);
      if (retryAt === null) continue;
      // By the clock that `retryAt` was chosen by: the present one may have gone back meanwhile.
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
