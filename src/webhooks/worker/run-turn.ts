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
import { findLastSequence, readLog, type StoredEvent } from "../../events/read-log.js";
import { attemptDelivery, destinationOf, type AttemptKind, type Destination } from "../delivery/attempt.js";
import { findDueRetries } from "../delivery/delivery.repository.js";
import type { WebhookEndpoint } from "../endpoint/endpoint.js";
import { findEndpoint } from "../endpoint/endpoint.repository.js";
import { findRunningRedelivery } from "../redelivery/redelivery.repository.js";
import type { Lease } from "./claim.js";
import { Ledger } from "./ledger.js";
import type { WorkerServices } from "./worker-services.js";

/** Events read at once. */
const BATCH = 100;

/** How a worker ends what is under way. */
export interface Stopping {
  /** Nothing new is begun. */
  readonly isStopping: () => boolean;
  /** Aborted when attempts under way are not waited for any longer. */
  readonly signal: AbortSignal;
}

/** What the lanes of a turn share. */
interface Turn {
  readonly services: WorkerServices;
  readonly lease: Lease;
  readonly ledger: Ledger;
  readonly stopping: Stopping;
  /** Whether to begin nothing more. */
  readonly isOver: () => boolean;
}

/** A look for work, and doing it. Answers whether there was any. */
type Lane = (turn: Turn) => Promise<boolean>;

/** The endpoint as it is now, and where to send. Read anew for every batch, so that changes count soon. */
interface Target {
  readonly endpoint: WebhookEndpoint;
  readonly destination: Destination;
}

/** Serves one endpoint until there is nothing left to do, or its turn is over. Gives the lease back. */
export async function runTurn(services: WorkerServices, lease: Lease, stopping: Stopping): Promise<void> {
  const ledger = new Ledger(services, lease);
  const began = performance.now();
  const isOver = () =>
    ledger.isClosed || stopping.isStopping() || performance.now() - began >= services.measures.turnMs;
  // A receiver may take longer than the lease lasts. What fails here fails again below.
  const heartbeat = setInterval(() => void ledger.flushWhenDue().catch(() => {}), services.measures.flushMs);
  try {
    await runLanes({ services, lease, ledger, stopping, isOver }, [deliverFirst, retryDue, redeliverNext]);
  } catch (error) {
    // Attempts that were given up have no result: they are made again by whoever comes next.
    if (!stopping.signal.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
  }
  await ledger.flush({ release: true });
}

/** Runs all lanes until none of them has anything to do. A lane without work looks again while others have some. */
async function runLanes(turn: Turn, lanes: readonly Lane[]): Promise<void> {
  const quiet = new AbortController();
  let busy = 0;
  const runLane = async (lane: Lane) => {
    while (!turn.isOver() && !quiet.signal.aborted) {
      busy += 1;
      const didWork = await lane(turn).finally(() => (busy -= 1));
      if (didWork) continue;
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
  event: StoredEvent,
  attempt: { readonly kind: AttemptKind; readonly number: number },
): Promise<boolean> {
  const { outgoing, clock } = services;
  const result = await attemptDelivery(outgoing, clock, destination, event, stopping.signal);
  ledger.note({ ...attempt, event, result });
  return result.succeeded;
}

/** Runs `work` for each item, begun in their order, so many at once; begins no more when `isOver` or when one failed. */
async function runInOrder<Item>(
  items: readonly Item[],
  atOnce: number,
  isOver: () => boolean,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (const [index, item] of items.entries()) {
    while (underWay.size >= atOnce) await Promise.race(underWay);
    if (failures.length > 0 || isOver()) break;
    const running = work(item, index)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(running));
    underWay.add(running);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}

/** First attempts, in the log's sequence. */
async function deliverFirst(turn: Turn): Promise<boolean> {
  const { services, lease, ledger, isOver } = turn;
  const { organizationId } = lease;
  const target = await findTarget(turn);
  if (target === null) return false;
  // The end is read first: what is committed afterwards is for the next look.
  const upTo = await findLastSequence(services.reader, organizationId);
  const types = target.endpoint.eventTypes;
  const events = await readLog(services.reader, { organizationId, after: ledger.position, upTo, types }, BATCH);
  await sendFirstAttempts(turn, target, events);
  if (isOver()) return false;
  // Nothing up to the end is left; what lies between was not asked for.
  if (events.length < BATCH) ledger.position = Math.max(ledger.position, upTo);
  await ledger.flushWhenDue();
  return events.length > 0;
}

async function sendFirstAttempts(turn: Turn, target: Target, events: readonly StoredEvent[]): Promise<void> {
  const { ledger, isOver } = turn;
  const isDone = events.map(() => false);
  let done = 0;
  await runInOrder(events, target.endpoint.concurrency, isOver, async (event, index) => {
    await deliver(turn, target, event, { kind: "FIRST", number: 1 });
    isDone[index] = true;
    // The cursor passes an event when it and all before it were attempted.
    while (isDone[done]) {
      ledger.position = events[done]?.sequence ?? ledger.position;
      done += 1;
    }
    await ledger.flushWhenDue();
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
    else await deliver(turn, target, event, { kind: "RETRY", number: attempts + 1 });
    await ledger.flushWhenDue();
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
    const isDelivered = await deliver(turn, target, event, { kind: "REDELIVERY", number: 1 });
    attempted += 1;
    succeeded += isDelivered ? 1 : 0;
    ledger.noteRedelivery({ id, position: event.sequence, attempted, succeeded, isFinished: false });
    await ledger.flushWhenDue();
  });
  if (!isOver() && events.length < BATCH)
    ledger.noteRedelivery({ id, position: toSequence, attempted, succeeded, isFinished: true });
  await ledger.flush();
  return true;
}
