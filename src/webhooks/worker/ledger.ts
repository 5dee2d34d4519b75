/**
 * What a turn at one endpoint has to write down: attempts for the log, retries, the cursor, the progress of redeliveries.
 * Results are gathered and written in one unit of work, so that the cursor never passes an event that is neither
 * delivered nor to be tried again. What was sent and not yet written when the process dies is sent once more.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { StoredEvent } from "../../events/read-log.js";
import { insertRows } from "../../platform/database/statements.js";
import type { AttemptKind, AttemptResult } from "../delivery/attempt.js";
import { insertAttempts } from "../delivery/delivery.repository.js";
import { chooseDelaySeconds } from "../delivery/retry-after.js";
import { disableFailingEndpoint } from "../endpoint/disable-endpoint.js";
import type { EndpointDisabled } from "../notices/templates.js";
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
}

/** How far a redelivery has come. */
export interface RedeliveryStep {
  readonly id: string;
  readonly position: number;
  readonly attempted: number;
  readonly succeeded: number;
  readonly isFinished: boolean;
}

/** For a receiver that asks for a pause of its own, up to an hour; beyond, its deliveries are tried as they come due. */
const LONGEST_PAUSE_SECONDS = 3_600;
const STATUSES_THAT_ASK_FOR_A_PAUSE: ReadonlySet<number> = new Set([429, 503]);

/** The ledger of one lease. */
export class Ledger {
  /** The cursor, as it will be written. */
  position: number;
  /** Nothing more is to be sent: the lease is lost, or the endpoint is disabled, or asks for a pause. */
  isClosed = false;
  #delivered: Delivered[] = [];
  /** Retries whose event is gone. */
  #gone: string[] = [];
  #steps: RedeliveryStep[] = [];
  #consecutiveFailures: number;
  #pausedUntil: Date | null = null;
  #disable: EndpointDisabled["reason"] | null = null;
  #lastFlush: number;
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly services: WorkerServices,
    private readonly lease: Lease,
  ) {
    this.position = lease.lastSequence;
    this.#consecutiveFailures = lease.consecutiveFailures;
    this.#lastFlush = performance.now();
  }

  /** Notes an attempt, and draws the conclusions that concern the whole endpoint. */
  note(delivered: Delivered): void {
    const { result, number } = delivered;
    this.#delivered.push(delivered);
    if (result.succeeded) {
      this.#consecutiveFailures = 0;
      return;
    }
    this.#consecutiveFailures += 1;
    if (result.status === 410) this.#close("GONE");
    else if (number > this.services.retryDelaysSeconds.length) this.#close("RETRIES_EXHAUSTED");
    else if (result.retryAfterSeconds !== null && STATUSES_THAT_ASK_FOR_A_PAUSE.has(result.status ?? 0))
      this.#pause(Math.min(result.retryAfterSeconds, LONGEST_PAUSE_SECONDS));
  }

  /** Notes that a retry has nothing to send any more. */
  noteGone(eventId: string): void {
    this.#gone.push(eventId);
  }

  noteRedelivery(step: RedeliveryStep): void {
    this.#steps.push(step);
  }

  #close(reason: EndpointDisabled["reason"]): void {
    this.#disable ??= reason;
    this.isClosed = true;
  }

  #pause(seconds: number): void {
    if (seconds === 0) return;
    const until = new Date(this.services.clock().getTime() + seconds * 1000);
    if (this.#pausedUntil === null || until > this.#pausedUntil) this.#pausedUntil = until;
    this.isClosed = true;
  }

  /** Writes when there is enough to write, or the lease is to be renewed. */
  async flushWhenDue(): Promise<void> {
    const { flushResults, flushMs } = this.services.measures;
    if (this.#delivered.length >= flushResults || performance.now() - this.#lastFlush >= flushMs) await this.flush();
  }

  /** Writes everything that was noted, and renews the lease, or gives it back. */
  async flush({ release = false } = {}): Promise<void> {
    // One after the other: the cursor must not be written back to where it was.
    const flushing = this.#flushing.then(() => this.#write(release));
    this.#flushing = flushing;
    try {
      await flushing;
    } catch (error) {
      // What could not be written stays unwritten: every later flush fails alike, and the lease runs out.
      this.isClosed = true;
      throw error;
    }
  }

  async #write(release: boolean): Promise<void> {
    const { begin } = this.services;
    const delivered = this.#delivered.splice(0);
    const gone = this.#gone.splice(0);
    const steps = this.#steps.splice(0);
    const position = this.position;
    const random = delivered.map(() => Math.random());
    this.#lastFlush = performance.now();
    const isHeld = await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
      const held = await this.#writeCursor(unit, position, release);
      if (!held && !(await endpointExists(unit, this.lease.endpointId))) return false;
      // What was sent was sent, whoever holds the lease by now.
      await insertAttempts(unit, this.lease.endpointId, delivered);
      if (!held) return false;
      await this.#writeRetries(unit, delivered, gone, random);
      for (const step of steps) await advanceRedelivery(unit, step);
      return true;
    });
    if (!isHeld) this.isClosed = true;
    else if (this.#disable !== null)
      await disableFailingEndpoint(this.services, this.lease.organizationId, this.lease.endpointId, this.#disable);
  }

  /** Names the lease, so that a worker whose lease another one has by now changes nothing. */
  async #writeCursor(unit: UnitOfWork, position: number, release: boolean): Promise<boolean> {
    const leasedUntil = new Date(unit.now.getTime() + this.services.measures.leaseMs);
    const changed = await unit.execute(
      `UPDATE webhook_cursor SET last_sequence = ?, consecutive_failures = ?, paused_until = ?, leased_until = ?,
         lease_id = ?, turn_ended_at = ? WHERE endpoint_id = ? AND lease_id = ?`,
      [
        position,
        this.#consecutiveFailures,
        this.#pausedUntil,
        release ? null : leasedUntil,
        release ? null : this.lease.id,
        unit.now,
        this.lease.endpointId,
        this.lease.id,
      ],
    );
    return changed > 0;
  }

  async #writeRetries(
    unit: UnitOfWork,
    delivered: readonly Delivered[],
    gone: readonly string[],
    random: readonly number[],
  ): Promise<void> {
    const { endpointId } = this.lease;
    // A first attempt that succeeds has no retry; everything else may have one, which is over or begins anew.
    const over = [
      ...gone,
      ...delivered.filter(({ kind, result }) => kind !== "FIRST" || !result.succeeded).map(({ event }) => event.id),
    ];
    if (over.length > 0)
      await unit.execute(
        `DELETE FROM webhook_retry WHERE endpoint_id = ? AND event_id IN (${over.map(() => "?").join(", ")})`,
        [endpointId, ...over],
      );
    const failed = new Map<string, readonly [string, string, number, number, Date]>();
    for (const [index, { event, number, result }] of delivered.entries()) {
      failed.delete(event.id);
      if (result.succeeded) continue;
      // The last failure has no delay, and stays: when the endpoint is enabled again, it is tried again.
      const seconds =
        chooseDelaySeconds(this.services.retryDelaysSeconds, number, result.retryAfterSeconds, random[index] ?? 0) ?? 0;
      const ended = result.startedAt.getTime() + result.durationMs;
      failed.set(event.id, [endpointId, event.id, event.sequence, number, new Date(ended + seconds * 1000)]);
    }
    await insertRows(
      unit,
      "webhook_retry",
      ["endpoint_id", "event_id", "sequence", "attempts", "next_attempt_at"],
      [...failed.values()],
    );
  }
}

async function endpointExists(unit: UnitOfWork, id: string): Promise<boolean> {
  return (await unit.row("SELECT 1 AS found FROM webhook_endpoint WHERE id = ?", [id])) !== undefined;
}
