/** Claiming work: an endpoint is leased to one worker, for a while, by a row in the database and nothing else. */
import { v7 as uuidv7 } from "uuid";
import { SYSTEM } from "../../access/caller.js";
import { FAILING_FROM, type WorkerServices } from "./worker-services.js";

/** An endpoint that this worker alone may deliver to, until the lease runs out. */
export interface Lease {
  readonly id: string;
  readonly endpointId: string;
  readonly organizationId: string;
  readonly lastSequence: number;
  readonly consecutiveFailures: number;
}

/** How many endpoints there is room for. */
export interface Room {
  readonly endpoints: number;
  /** How many of them may be endpoints that fail. */
  readonly failing: number;
}

interface Candidate {
  endpoint_id: string;
  consecutive_failures: number;
}

interface Claimable extends Candidate {
  organization_id: string;
  last_sequence: number;
}

/**
 * Leases endpoints that have something to do: events behind their cursor, retries that are due, or a redelivery. Whoever
 * has waited longest is first.
 */
export async function claimEndpoints(services: WorkerServices, room: Room): Promise<Lease[]> {
  const candidates = chooseCandidates(await findCandidates(services), room);
  if (candidates.length === 0) return [];
  const { begin, measures } = services;
  const places = candidates.map(() => "?").join(", ");
  return await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    // The look for candidates locked nothing: others may have been faster, and are passed over.
    const claimable = await unit.rows<Claimable>(
      `SELECT endpoint_id, organization_id, last_sequence, consecutive_failures FROM webhook_cursor
       WHERE endpoint_id IN (${places}) AND is_active = 1 AND (leased_until IS NULL OR leased_until <= ?)
       ${unit.dialect === "mysql" ? "FOR UPDATE SKIP LOCKED" : ""}`,
      [...candidates, unit.now],
    );
    if (claimable.length === 0) return [];
    const id = uuidv7();
    await unit.execute(
      `UPDATE webhook_cursor SET lease_id = ?, leased_until = ?
       WHERE endpoint_id IN (${claimable.map(() => "?").join(", ")})`,
      [id, new Date(unit.now.getTime() + measures.leaseMs), ...claimable.map(({ endpoint_id }) => endpoint_id)],
    );
    return claimable.map((row) => ({
      id,
      endpointId: row.endpoint_id,
      organizationId: row.organization_id,
      lastSequence: row.last_sequence,
      consecutiveFailures: row.consecutive_failures,
    }));
  });
}

/** Without locks: the counter of a log belongs to those who append, and must not wait for workers. */
async function findCandidates({ reader, clock }: WorkerServices): Promise<Candidate[]> {
  const now = clock();
  return await reader.rows<Candidate>(
    `SELECT c.endpoint_id, c.consecutive_failures
     FROM webhook_cursor c JOIN event_counter n ON n.organization_id = c.organization_id
     WHERE c.is_active = 1 AND (c.leased_until IS NULL OR c.leased_until <= ?)
       AND (c.paused_until IS NULL OR c.paused_until <= ?)
       AND (c.last_sequence < n.last_sequence
         OR EXISTS (SELECT 1 FROM webhook_retry r WHERE r.endpoint_id = c.endpoint_id AND r.next_attempt_at <= ?)
         OR EXISTS (SELECT 1 FROM webhook_redelivery d WHERE d.endpoint_id = c.endpoint_id AND d.state = 'RUNNING'))
     ORDER BY CASE WHEN c.turn_ended_at IS NULL THEN 0 ELSE 1 END, c.turn_ended_at, c.endpoint_id`,
    [now, now, now],
  );
}

function chooseCandidates(candidates: readonly Candidate[], room: Room): string[] {
  let failing = 0;
  return candidates
    .filter(({ consecutive_failures }) => consecutive_failures < FAILING_FROM || (failing += 1) <= room.failing)
    .slice(0, Math.max(0, room.endpoints))
    .map(({ endpoint_id }) => endpoint_id);
}
