/**
 * What a turn at one endpoint has to write down: attempts for the log, retries, the cursor, the progress of redeliveries.
 * Results are gathered and written in one unit of work, so that the cursor never passes an event that is neither
 * delivered nor to be tried again. What was sent and not yet written when the process dies is sent once more.
 */
import { chooseDelaySeconds } from "../delivery/retry-after.js";
import { disableFailingEndpoint } from "../endpoint/disable-endpoint.js";
import type { EndpointDisabled } from "../notices/templates.js";
import type { Lease } from "./claim.js";
import type { Delivered, Page, RedeliveryStep, Scribe } from "./scribe.js";
import type { WorkerServices } from "./worker-services.js";

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
    private readonly scribe: Scribe,
    private readonly lease: Lease,
  ) {
    this.position = lease.lastSequence;
    this.#consecutiveFailures = lease.consecutiveFailures;
    this.#lastFlush = performance.now();
  }

  /** Notes an attempt, and draws the conclusions that concern the whole endpoint. */
  note(attempt: Omit<Delivered, "retryAt">): void {
    const { result, number } = attempt;
    this.#delivered.push({ ...attempt, retryAt: result.succeeded ? null : this.#chooseRetry(attempt) });
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

  /** The last failure has no delay, and stays: when the endpoint is enabled again, it is tried again. */
  #chooseRetry({ result, number }: Omit<Delivered, "retryAt">): Date {
    const { retryDelaysSeconds } = this.services;
    const seconds = chooseDelaySeconds(retryDelaysSeconds, number, result.retryAfterSeconds, Math.random()) ?? 0;
    return new Date(result.startedAt.getTime() + result.durationMs + seconds * 1000);
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

  /** Whether there is enough to write, or the lease is to be renewed. */
  get isDue(): boolean {
    const { flushResults, flushMs } = this.services.measures;
    return this.#delivered.length >= flushResults || performance.now() - this.#lastFlush >= flushMs;
  }

  /** Writes everything that was noted, and renews the lease, or gives it back. */
  async flush({ release = false } = {}): Promise<void> {
    this.#lastFlush = performance.now();
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
    const isHeld = await this.scribe(() => this.#takePage(release));
    if (!isHeld) this.isClosed = true;
    else if (this.#disable !== null)
      await disableFailingEndpoint(this.services, this.lease.organizationId, this.lease.endpointId, this.#disable);
  }

  #takePage(release: boolean): Page {
    const page: Page = {
      lease: this.lease,
      position: this.position,
      delivered: this.#delivered,
      gone: this.#gone,
      steps: this.#steps,
      consecutiveFailures: this.#consecutiveFailures,
      pausedUntil: this.#pausedUntil,
      release,
    };
    this.#delivered = [];
    this.#gone = [];
    this.#steps = [];
    return page;
  }
}
