/** One batch of upkeep: lease due connections, run the steps at each outside any transaction, schedule the next turns. */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Logger } from "../../platform/telemetry/logger.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";
import { findConnections } from "../stored/connection.repository.js";
import type { UpkeepStep } from "./upkeep-step.js";
import {
  hasDue,
  holdsLease,
  leaseDue,
  LONGEST_PAUSE_MILLISECONDS,
  settleUpkeep,
  type UpkeepLease,
} from "./upkeep.repository.js";

export interface UpkeepParts {
  readonly services: ConnectionServices;
  readonly steps: readonly UpkeepStep[];
  readonly logger: Logger;
}

/**
 * The number of connections that one worker looks after at once. It bounds the work and the outgoing requests of a
 * batch. @internal
 */
export const BATCH_SIZE = 8;
/** How long a worker has a connection for itself. The connections of a dead worker wait this long at most. */
const LEASE_MILLISECONDS = 5 * 60_000;
/** A step is aborted after this time, so that the turn ends before its lease. */
const STEP_WITHIN_MILLISECONDS = 60_000;
/** The pause after a step that failed unexpectedly. */
const FAILURE_PAUSE_MILLISECONDS = 15 * 60_000;
/** The shortest time between two turns at a connection, whatever a step asks for. */
const SHORTEST_PAUSE_MILLISECONDS = 60_000;
/** The part of a pause that is taken off at random, so that connections that were due together do not stay together. */
const JITTER = 0.1;

/**
 * Looks after one batch of due connections.
 *
 * @returns whether more connections may be due
 * @throws what the database throws
 */
export async function runUpkeep(parts: UpkeepParts, stopping: AbortSignal): Promise<boolean> {
  const { services } = parts;
  const { reader, runtime } = services;
  if (!(await hasDue(reader, runtime.clock()))) return false;
  const leases = await inUnit(services, (unit) =>
    leaseDue(unit, { limit: BATCH_SIZE, leaseMilliseconds: LEASE_MILLISECONDS }),
  );
  const found = await findConnections(
    reader,
    null,
    leases.map(({ connectionId }) => connectionId),
  );
  const connections = new Map(found.map((connection) => [connection.id, connection]));
  await Promise.all(
    leases.map(async (lease) => {
      const connection = connections.get(lease.connectionId);
      // An earlier version of Usher may have disabled the connection without ending its schedule.
      const dueAt = connection?.state === "ACTIVE" ? await takeTurn(parts, lease, connection, stopping) : null;
      await inUnit(services, (unit) => settleUpkeep(unit, lease, dueAt));
    }),
  );
  return leases.length === BATCH_SIZE;
}

/** Runs all steps at a connection. If a step fails, the others still run. Returns the time of the next turn. */
async function takeTurn(
  { services, steps, logger }: UpkeepParts,
  lease: UpkeepLease,
  connection: Connection,
  stopping: AbortSignal,
): Promise<Date> {
  const isMine = (unit: UnitOfWork) => holdsLease(unit, lease);
  const { clock } = services.runtime;
  const times: number[] = [];
  for (const { name, run } of steps) {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(STEP_WITHIN_MILLISECONDS)]);
    try {
      const at = await run({ services, connection, logger, signal, isMine });
      if (at !== null) times.push(at.getTime());
    } catch (error) {
      if (stopping.aborted) break;
      logger.warn(
        { error, step: name, connectionId: connection.id },
        "Upkeep of a connection failed. It is tried again.",
      );
      times.push(clock().getTime() + FAILURE_PAUSE_MILLISECONDS);
    }
  }
  // If Usher is stopping, the connection is due at once: a different replica, or this one after its restart, takes the
  // turn again.
  return stopping.aborted ? clock() : chooseNextTurn(clock(), times, Math.random());
}

/**
 * The earliest of the times, within the bounds of a pause.
 *
 * @param random between 0 and 1
 * @internal
 */
export function chooseNextTurn(now: Date, times: readonly number[], random: number): Date {
  const pause = Math.min(...times.map((time) => time - now.getTime()), LONGEST_PAUSE_MILLISECONDS);
  const bounded = Math.max(pause, SHORTEST_PAUSE_MILLISECONDS);
  return new Date(now.getTime() + Math.round(bounded * (1 - JITTER * random)));
}

function inUnit<Value>({ begin }: ConnectionServices, work: (unit: UnitOfWork) => Promise<Value>): Promise<Value> {
  return begin(SYSTEM, { kind: "SYSTEM", actor: null }, work);
}
