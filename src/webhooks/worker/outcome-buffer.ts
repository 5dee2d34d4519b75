/**
 * Collects the data that a turn writes: attempts for the log, retries, the cursor, the progress of redeliveries. All
 * these data are written in one unit of work, so that the cursor never passes an event that is neither delivered nor
 * scheduled for a retry. If the process dies, messages that were sent but not yet written are sent again.
 */
import { chooseDelaySeconds } from "../delivery/retry-after.js";
import { disableFailingEndpoint } from "../endpoint/disable-endpoint.js";
import type { EndpointDisabled } from "../notices/templates.js";
import type { Lease } from "./claim.js";
import type { AttemptOutcome, OutcomeWriter, RedeliveryProgress, TurnOutcome } from "./outcome-writer.js";
import type { WorkerServices } from "./worker-services.js";

/** The longest pause that a receiver can ask for. Only the failed delivery itself can be delayed for longer. */
const LONGEST_PAUSE_SECONDS = 3_600;
const STATUSES_THAT_ASK_FOR_A_PAUSE: ReadonlySet<number> = new Set([429, 503]);

/** The outcomes of one lease that are not written yet. */
export class OutcomeBuffer {
  /** The cursor that the next flush writes. */
  position: number;
  /** Whether sending has to stop: the lease is lost, the endpoint is disabled, or its receiver asks for a pause. */
  isClosed = false;
  #attempts: AttemptOutcome[] = [];
  #missingEventIds: string[] = [];
  #redeliveries: RedeliveryProgress[] = [];
  #consecutiveFailures: number;
  #pausedUntil: Date | null = null;
  #disable: EndpointDisabled["reason"] | null = null;
  #lastFlush: number;
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly services: WorkerServices,
    private readonly writeOutcome: OutcomeWriter,
    private readonly lease: Lease,
  ) {
    this.position = lease.lastSequence;
    this.#consecutiveFailures = lease.consecutiveFailures;
    this.#lastFlush = performance.now();
  }

  /** Adds an attempt, schedules its retry, and disables or pauses the endpoint when the answer asks for it. */
  addAttempt(attempt: Omit<AttemptOutcome, "retryAt">): void {
    const { result, number } = attempt;
    this.#attempts.push({ ...attempt, retryAt: result.succeeded ? null : this.#chooseRetry(attempt) });
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

  /**
   * When to retry a failed attempt. After the last attempt, which disables the endpoint, the retry is due at once: it
   * runs when an administrator enables the endpoint again.
   */
  #chooseRetry({ result, number }: Omit<AttemptOutcome, "retryAt">): Date {
    const { retryDelaysSeconds } = this.services;
    const seconds = chooseDelaySeconds(retryDelaysSeconds, number, result.retryAfterSeconds, Math.random()) ?? 0;
    return new Date(result.startedAt.getTime() + result.durationMs + seconds * 1000);
  }

  /** Ends the retry of an event that retention has deleted. */
  addMissingEvent(eventId: string): void {
    this.#missingEventIds.push(eventId);
  }

  addRedelivery(progress: RedeliveryProgress): void {
    this.#redeliveries.push(progress);
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

  /** Whether it is time to write: there are many attempts, or the lease needs renewal. */
  get isDue(): boolean {
    const { flushResults, flushMs } = this.services.settings;
    return this.#attempts.length >= flushResults || performance.now() - this.#lastFlush >= flushMs;
  }

  /** Writes everything that was added, and renews or releases the lease. */
  async flush({ releaseLease = false } = {}): Promise<void> {
    this.#lastFlush = performance.now();
    // Each flush waits for the one before, so that an older cursor never overwrites a newer one.
    const flushing = this.#flushing.then(() => this.#write(releaseLease));
    this.#flushing = flushing;
    try {
      await flushing;
    } catch (error) {
      // The outcome that this flush took from the buffer is lost, so a later flush must not move the cursor past its
      // events. All later flushes fail, and the lease expires.
      this.isClosed = true;
      throw error;
    }
  }

  async #write(releaseLease: boolean): Promise<void> {
    const isHeld = await this.writeOutcome(() => this.#takeOutcome(releaseLease));
    if (!isHeld) this.isClosed = true;
    else if (this.#disable !== null)
      await disableFailingEndpoint(this.services, this.lease.organizationId, this.lease.endpointId, this.#disable);
  }

  #takeOutcome(releaseLease: boolean): TurnOutcome {
    const outcome: TurnOutcome = {
      lease: this.lease,
      position: this.position,
      attempts: this.#attempts,
      missingEventIds: this.#missingEventIds,
      redeliveries: this.#redeliveries,
      consecutiveFailures: this.#consecutiveFailures,
      pausedUntil: this.#pausedUntil,
      releaseLease,
    };
    this.#attempts = [];
    this.#missingEventIds = [];
    this.#redeliveries = [];
    return outcome;
  }
}
