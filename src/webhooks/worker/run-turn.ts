/**
 * A turn at one endpoint, under a lease. Three lanes run side by side, so that none holds up another: first attempts in
 * the log's sequence, retries that are due, and what is sent once more. They share the ledger, and stop when it closes.
 *
 * ```
 * lease → first attempts ─┐
 *         retries ────────┼→ ledger → one unit of work for many results → lease renewed, or given back
 *         redelivery ─────┘
 * ```
 */
import { setTimeout as pause } from "node:timers/promises";
import { findLastSequence, readLog } from "../../events/read-log.js";
import type { Flight } from "../../platform/fetch/guarded-fetch.js";
import { attemptDelivery, destinationOf, type AttemptKind, type Destination } from "../delivery/attempt.js";
import { findDueRetries } from "../delivery/delivery.repository.js";
import type { WebhookEndpoint } from "../endpoint/endpoint.js";
import { findEndpoint } from "../endpoint/endpoint.repository.js";
import { findRunningRedelivery } from "../redelivery/redelivery.repository.js";
import { writeMessage, type Message } from "../message.js";
import type { Lease } from "./claim.js";
import { Ledger } from "./ledger.js";
import type { Scribe } from "./scribe.js";
import { BATCH, type SharedLog } from "./shared-log.js";
import type { WorkerServices } from "./worker-services.js";

/** How a worker ends what is under way. */
export interface Stopping {
  /** Nothing new is begun. */
  readonly isStopping: () => boolean;
  /** Aborted when attempts under way are not waited for any longer. */
  readonly flight: Flight;
}

/** What the turns of one worker share. */
export interface Workshop {
  readonly services: WorkerServices;
  readonly sharedLog: SharedLog;
  readonly scribe: Scribe;
  readonly stopping: Stopping;
}

/** What the lanes of a turn share. */
interface Turn extends Workshop {
  readonly lease: Lease;
  readonly ledger: Ledger;
  /** Whether to begin nothing more. */
  readonly isOver: () => boolean;
}

interface Lane {
  /** A look for work, and doing it. Answers whether there was any. */
  readonly work: (turn: Turn) => Promise<boolean>;
  /** Whether there was some when the endpoint was claimed: the first look is spared where there was none. */
  readonly hasWork: boolean;
}

/** The endpoint as it is now, and where to send. Read anew for every batch, so that changes count soon. */
interface Target {
  readonly endpoint: WebhookEndpoint;
  readonly destination: Destination;
}

/** Serves one endpoint until there is nothing left to do, or its turn is over. Gives the lease back. */
export async function runTurn(workshop: Workshop, lease: Lease): Promise<void> {
  const { services, scribe, stopping } = workshop;
  const ledger = new Ledger(services, scribe, lease);
  const began = performance.now();
  const isOver = () =>
    ledger.isClosed || stopping.isStopping() || performance.now() - began >= services.measures.turnMs;
  // A receiver may take longer than the lease lasts. What fails here fails again below.
  const heartbeat = setInterval(() => {
    if (ledger.isDue) ledger.flush().catch(() => {});
  }, services.measures.flushMs);
  try {
    await runLanes({ ...workshop, lease, ledger, isOver }, [
      { work: deliverFirst, hasWork: true },
      { work: retryDue, hasWork: lease.hasRetries },
      { work: redeliverNext, hasWork: lease.hasRedelivery },
    ]);
  } catch (error) {
    // Attempts that were given up have no result: they are made again by whoever comes next.
    if (stopping.flight.reason === null) throw error;
  } finally {
    clearInterval(heartbeat);
  }
  await ledger.flush({ release: true });
}

/** Runs all lanes until none of them has anything to do. A lane without work looks again while others have some. */
async function runLanes(turn: Turn, lanes: readonly Lane[]): Promise<void> {
  const quiet = new AbortController();
  let busy = 0;
  const look = async ({ work }: Lane) => {
    busy += 1;
    return await work(turn).finally(() => (busy -= 1));
  };
  const runLane = async (lane: Lane) => {
    for (let mayHaveWork = lane.hasWork; !turn.isOver() && !quiet.signal.aborted; mayHaveWork = true) {
      if (mayHaveWork && (await look(lane))) continue;
      if (busy === 0) quiet.abort();
      else await pause(turn.services.measures.pollMs, null, { signal: quiet.signal }).catch(() => {});
    }
    // The others need not wait for a time that will not come.
    if (turn.isOver()) quiet.abort();
  };
  const settled = await Promise.allSettled(
    lanes.map((lane) =>
      runLane(lane).catch((error: unknown) => {
        // The other lanes must not go on sending what nobody writes down.
        turn.ledger.isClosed = true;
        throw error;
      }),
    ),
  );
  const failed = settled.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
  if (failed !== undefined) throw failed.reason;
}

async function findTarget({ services, lease }: Turn): Promise<Target | null> {
  const endpoint = await findEndpoint(services.reader, lease.organizationId, lease.endpointId);
  if (endpoint === null || endpoint.state !== "ACTIVE") return null;
  return { endpoint, destination: destinationOf(services.keyRing, endpoint, services.clock()) };
}

/** Makes an attempt and notes it. */
async function deliver(
  { services, ledger, stopping }: Turn,
  { destination }: Target,
  message: Message,
  kind: AttemptKind,
  number: number,
): Promise<boolean> {
  const { outgoing, clock } = services;
  const result = await attemptDelivery(outgoing, clock, destination, message, stopping.flight);
  ledger.note({ kind, number, event: message.event, result });
  return result.succeeded;
}

/** Runs `work` for each item, begun in their order, so many at once; begins no more when `isOver` or when one failed. */
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
  const failed = settled.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
  if (failed !== undefined) throw failed.reason;
}

/** First attempts, in the log's sequence. */
async function deliverFirst(turn: Turn): Promise<boolean> {
  const { services, sharedLog, lease, ledger, isOver } = turn;
  const { organizationId } = lease;
  // The end is read first: what is committed afterwards is for the next look.
  const end = await findLastSequence(services.reader, organizationId);
  const after = ledger.position;
  const target = end > after ? await findTarget(turn) : null;
  if (target === null) return false;
  const { messages, upTo } = await sharedLog({ organizationId, after, upTo: end, types: target.endpoint.eventTypes });
  await sendFirstAttempts(turn, target, messages);
  if (isOver()) return false;
  // Nothing up to there is left; what lies between was not asked for.
  ledger.position = Math.max(ledger.position, upTo);
  if (ledger.isDue) await ledger.flush();
  return true;
}

async function sendFirstAttempts(turn: Turn, target: Target, messages: readonly Message[]): Promise<void> {
  const { ledger, isOver } = turn;
  const isDone = messages.map(() => false);
  let done = 0;
  await runInOrder(messages, target.endpoint.concurrency, isOver, async (message, index) => {
    await deliver(turn, target, message, "FIRST", 1);
    isDone[index] = true;
    // The cursor passes an event when it and all before it were attempted.
    while (isDone[done]) {
      ledger.position = messages[done]?.event.sequence ?? ledger.position;
      done += 1;
    }
    if (ledger.isDue) await ledger.flush();
  });
}

/** Retries that are due, some at once: they are late already, and in no sequence any more. */
async function retryDue(turn: Turn): Promise<boolean> {
  const { services, lease, ledger, isOver } = turn;
  const { reader, measures } = services;
  const due = await findDueRetries(reader, lease.endpointId, services.clock(), BATCH);
  const target = due.length === 0 ? null : await findTarget(turn);
  if (target === null) return false;
  const ids = due.map(({ eventId }) => eventId);
  const upTo = Math.max(...due.map(({ sequence }) => sequence));
  const events = await readLog(reader, { organizationId: lease.organizationId, after: 0, upTo, ids }, BATCH);
  const byId = new Map(events.map((event) => [event.id, event]));
  await runInOrder(due, measures.retriesAtOnce, isOver, async ({ eventId, attempts }) => {
    const event = byId.get(eventId);
    // Retention has ended it meanwhile.
    if (event === undefined) ledger.noteGone(eventId);
    else await deliver(turn, target, writeMessage(event), "RETRY", attempts + 1);
    if (ledger.isDue) await ledger.flush();
  });
  // Before the next look, or the same ones would be due.
  await ledger.flush();
  return true;
}

/** The next events of the oldest redelivery that is under way. */
async function redeliverNext(turn: Turn): Promise<boolean> {
  const { services, lease, ledger, isOver } = turn;
  const redelivery = await findRunningRedelivery(services.reader, lease.endpointId);
  const target = redelivery === null ? null : await findTarget(turn);
  if (redelivery === null || target === null) return false;
  const { id, eventIds, toSequence } = redelivery;
  // Whoever names an event gets it, whatever its type.
  const types = eventIds === null ? target.endpoint.eventTypes : null;
  const stretch = {
    organizationId: lease.organizationId,
    after: redelivery.position,
    upTo: toSequence,
    ids: eventIds,
    types,
  };
  const events = await readLog(services.reader, stretch, BATCH);
  let { attempted, succeeded } = redelivery;
  await runInOrder(events, 1, isOver, async (event) => {
    const isDelivered = await deliver(turn, target, writeMessage(event), "REDELIVERY", 1);
    attempted += 1;
    succeeded += isDelivered ? 1 : 0;
    ledger.noteRedelivery({ id, position: event.sequence, attempted, succeeded, isFinished: false });
    if (ledger.isDue) await ledger.flush();
  });
  if (!isOver() && events.length < BATCH)
    ledger.noteRedelivery({ id, position: toSequence, attempted, succeeded, isFinished: true });
  await ledger.flush();
  return true;
}
