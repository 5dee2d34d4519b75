/**
 * Serves one endpoint for a turn: for a limited time, under a lease. Three sources of work are served concurrently, so that
 * none holds up another: first attempts in the sequence of the log, retries that are due, and redeliveries.
 *
 * ```
 * lease → first attempts ─┐
 *         retries ────────┼→ outcome buffer → one unit of work for many outcomes → lease renewed or released
 *         redelivery ─────┘
 * ```
 */
import { setTimeout as pause } from "node:timers/promises";
import { findLastSequence, readLog } from "../../events/read-log.js";
import type { AbortGroup } from "../../platform/fetch/guarded-fetch.js";
import { attemptDelivery, destinationOf, type AttemptKind, type Destination } from "../delivery/attempt.js";
import { findDueRetries } from "../delivery/delivery.repository.js";
import type { WebhookEndpoint } from "../endpoint/endpoint.js";
import { findEndpoint } from "../endpoint/endpoint.repository.js";
import { findRunningRedelivery } from "../redelivery/redelivery.repository.js";
import { writeMessage, type Message } from "../message.js";
import type { Lease } from "./claim.js";
import { BATCH, type MessageReader } from "./message-reader.js";
import { OutcomeBuffer } from "./outcome-buffer.js";
import type { OutcomeWriter } from "./outcome-writer.js";
import type { WorkerServices } from "./worker-services.js";

/** The state that the turns of one worker share. */
export interface WorkerContext {
  readonly services: WorkerServices;
  readonly readMessages: MessageReader;
  readonly writeOutcome: OutcomeWriter;
  /** Whether to start no more attempts. */
  readonly isStopping: () => boolean;
  /** The attempts in flight. Aborting them ends the worker's wait for their answers. */
  readonly inFlight: AbortGroup;
}

/** The state that the sources of work of one turn share. */
interface Turn extends WorkerContext {
  readonly lease: Lease;
  readonly buffer: OutcomeBuffer;
  /** Whether this turn must start no more attempts. */
  readonly isOver: () => boolean;
}

interface WorkSource {
  /** Looks for work and does it. Returns whether there was any. */
  readonly work: (turn: Turn) => Promise<boolean>;
  /** Whether this source had work when the worker claimed the endpoint. If not, the source skips its first look. */
  readonly hasWork: boolean;
}

/** The endpoint as stored now, and its destination. Read again for every batch, so that changes take effect soon. */
interface Target {
  readonly endpoint: WebhookEndpoint;
  readonly destination: Destination;
}

/** Serves one endpoint until it has no work left or its turn is over, then releases the lease. */
export async function runTurn(worker: WorkerContext, lease: Lease): Promise<void> {
  const { services, writeOutcome, isStopping, inFlight } = worker;
  const buffer = new OutcomeBuffer(services, writeOutcome, lease);
  const began = performance.now();
  const isOver = () => buffer.isClosed || isStopping() || performance.now() - began >= services.settings.turnMs;
  // Renews the lease while a slow receiver answers. An error here also fails the last flush below, which reports it.
  const heartbeat = setInterval(() => {
    if (buffer.isDue) buffer.flush().catch(() => {});
  }, services.settings.flushMs);
  try {
    await runSources({ ...worker, lease, buffer, isOver }, [
      { work: deliverFirst, hasWork: true },
      { work: retryDue, hasWork: lease.hasRetries },
      { work: redeliverNext, hasWork: lease.hasRedelivery },
    ]);
  } catch (error) {
    // An aborted attempt has no outcome: the next worker to lease the endpoint repeats it.
    if (inFlight.reason === null) throw error;
  } finally {
    clearInterval(heartbeat);
  }
  await buffer.flush({ releaseLease: true });
}

/** Serves all sources until all are without work. While one source works, the others look for work again. */
async function runSources(turn: Turn, sources: readonly WorkSource[]): Promise<void> {
  const idle = new AbortController();
  let working = 0;
  const look = async ({ work }: WorkSource) => {
    working += 1;
    return await work(turn).finally(() => (working -= 1));
  };
  const runSource = async (source: WorkSource) => {
    for (let mayHaveWork = source.hasWork; !turn.isOver() && !idle.signal.aborted; mayHaveWork = true) {
      if (mayHaveWork && (await look(source))) continue;
      if (working === 0) idle.abort();
      else await pause(turn.services.settings.pollMs, null, { signal: idle.signal }).catch(() => {});
    }
    // End the pauses of the other sources as well.
    if (turn.isOver()) idle.abort();
  };
  const settled = await Promise.allSettled(
    sources.map((source) =>
      runSource(source).catch((error: unknown) => {
        // Closes the buffer for the other sources, because nothing would write the outcomes of what they send.
        turn.buffer.isClosed = true;
        throw error;
      }),
    ),
  );
  throwFirstError(settled);
}

function throwFirstError(settled: readonly PromiseSettledResult<void>[]): void {
  const failed = settled.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function findTarget({ services, lease }: Turn): Promise<Target | null> {
  const endpoint = await findEndpoint(services.reader, lease.organizationId, lease.endpointId);
  if (endpoint === null || endpoint.state !== "ACTIVE") return null;
  return { endpoint, destination: destinationOf(services.keyRing, endpoint, services.clock()) };
}

/** Makes an attempt and adds its outcome to the buffer. Returns whether the receiver accepted the message. */
async function deliver(
  { services, buffer, inFlight }: Turn,
  { destination }: Target,
  message: Message,
  kind: AttemptKind,
  number: number,
): Promise<boolean> {
  const { outgoing, clock } = services;
  const result = await attemptDelivery(outgoing, clock, destination, message, inFlight);
  buffer.addAttempt({ kind, number, event: message.event, result });
  return result.succeeded;
}

/** Starts `work` for each item in order, at most `atOnce` at a time. Starts no more when `isOver`, or when one throws. */
async function runInOrder<Item>(
  items: readonly Item[],
  atOnce: number,
  isOver: () => boolean,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  let hasFailed = false;
  const run = async () => {
    for (const [index, item] of left) {
      if (hasFailed || isOver()) return;
      await work(item, index).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, run));
  throwFirstError(settled);
}

/** Makes first attempts, in the sequence of the log. */
async function deliverFirst(turn: Turn): Promise<boolean> {
  const { services, readMessages, lease, buffer, isOver } = turn;
  const { organizationId } = lease;
  const end = await findLastSequence(services.reader, organizationId);
  const after = buffer.position;
  const target = end > after ? await findTarget(turn) : null;
  if (target === null) return false;
  const { messages, upTo } = await readMessages({
    organizationId,
    after,
    upTo: end,
    types: target.endpoint.eventTypes,
  });
  await sendFirstAttempts(turn, target, messages);
  if (isOver()) return false;
  // The events between the last message and `upTo` are of types that the endpoint does not get.
  buffer.position = Math.max(buffer.position, upTo);
  if (buffer.isDue) await buffer.flush();
  return true;
}

async function sendFirstAttempts(turn: Turn, target: Target, messages: readonly Message[]): Promise<void> {
  const { buffer, isOver } = turn;
  const isDone = messages.map(() => false);
  let done = 0;
  await runInOrder(messages, target.endpoint.concurrency, isOver, async (message, index) => {
    await deliver(turn, target, message, "FIRST", 1);
    isDone[index] = true;
    // The cursor passes an event when that event and all before it were attempted.
    while (isDone[done]) {
      buffer.position = messages[done]?.event.sequence ?? buffer.position;
      done += 1;
    }
    if (buffer.isDue) await buffer.flush();
  });
}

/** Makes the retries that are due, several at a time: they are out of sequence anyway. */
async function retryDue(turn: Turn): Promise<boolean> {
  const { services, lease, buffer, isOver } = turn;
  const { reader, settings } = services;
  const due = await findDueRetries(reader, lease.endpointId, services.clock(), BATCH);
  const target = due.length === 0 ? null : await findTarget(turn);
  if (target === null) return false;
  const ids = due.map(({ eventId }) => eventId);
  const upTo = Math.max(...due.map(({ sequence }) => sequence));
  const events = await readLog(reader, { organizationId: lease.organizationId, after: 0, upTo, ids }, BATCH);
  const byId = new Map(events.map((event) => [event.id, event]));
  await runInOrder(due, settings.retriesAtOnce, isOver, async ({ eventId, attempts }) => {
    const event = byId.get(eventId);
    // Retention has deleted the event.
    if (event === undefined) buffer.addMissingEvent(eventId);
    else await deliver(turn, target, writeMessage(event), "RETRY", attempts + 1);
    if (buffer.isDue) await buffer.flush();
  });
  // Written before the next look, which would find the same retries due.
  await buffer.flush();
  return true;
}

/** Sends the next events of the oldest running redelivery. */
async function redeliverNext(turn: Turn): Promise<boolean> {
  const { services, lease, buffer, isOver } = turn;
  const redelivery = await findRunningRedelivery(services.reader, lease.endpointId);
  const target = redelivery === null ? null : await findTarget(turn);
  if (redelivery === null || target === null) return false;
  const { id, eventIds, toSequence } = redelivery;
  // A caller who names events gets them, whatever their types.
  const types = eventIds === null ? target.endpoint.eventTypes : null;
  const range = {
    organizationId: lease.organizationId,
    after: redelivery.position,
    upTo: toSequence,
    ids: eventIds,
    types,
  };
  const events = await readLog(services.reader, range, BATCH);
  let { attempted, succeeded } = redelivery;
  await runInOrder(events, 1, isOver, async (event) => {
    const isDelivered = await deliver(turn, target, writeMessage(event), "REDELIVERY", 1);
    attempted += 1;
    succeeded += isDelivered ? 1 : 0;
    buffer.addRedelivery({ id, position: event.sequence, attempted, succeeded, isFinished: false });
    if (buffer.isDue) await buffer.flush();
  });
  if (!isOver() && events.length < BATCH)
    buffer.addRedelivery({ id, position: toSequence, attempted, succeeded, isFinished: true });
  await buffer.flush();
  return true;
}
