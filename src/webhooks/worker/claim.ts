/**
 * Claiming work: an endpoint is leased to one worker, for a while, by a row in the database and nothing else.
 *
 * A clock that was ahead and is set back leaves moments in the rows that would hold up deliveries until the clock reaches
 * them again. The workers' clocks agree to within a lease, or leases would mean nothing. So what was written more than a
 * lease from now was written by such a clock, and its moments do not count: a lease is over, a pause is over, a retry is due.
 */
import { v7 as uuidv7 } from "uuid";
import { SYSTEM } from "../../access/caller.js";
import { toBoolean } from "../../platform/database/values.js";
import { makeMisdatedRetriesDue } from "../delivery/delivery.repository.js";
import { isFailing, type WorkerServices } from "./worker-services.js";

/** An endpoint that this worker alone may deliver to, until the lease runs out. */
export interface Lease {
  readonly id: string;
  readonly endpointId: string;
  readonly organizationId: string;
  readonly lastSequence: number;
  readonly consecutiveFailures: number;
  /** Whether retries were due. */
  readonly hasRetries: boolean;
  /** Whether a redelivery was under way. */
  readonly hasRedelivery: boolean;
}

/** How many endpoints there is room for. */
export interface Room {
  readonly endpoints: number;
  /** How many of them may be endpoints that fail. */
  readonly failing: number;
  /** How many of them may be of one organization. */
  readonly ofOrganization: (organizationId: string) => number;
}

interface Candidate {
  endpoint_id: string;
  organization_id: string;
  consecutive_failures: number;
  has_retries: unknown;
  has_misdated: unknown;
  has_redelivery: unknown;
}

interface Claimable {
  endpoint_id: string;
  last_sequence: number;
  consecutive_failures: number;
}

/**
 * Leases endpoints that have something to do: events behind their cursor, retries that are due, or a redelivery. Whoever
 * has waited longest is first.
 */
export async function claimEndpoints(services: WorkerServices, room: Room): Promise<Lease[]> {
  const candidates = new Map(
    chooseCandidates(await findCandidates(services), room).map((each) => [each.endpoint_id, each]),
  );
  if (candidates.size === 0) return [];
  const { begin, measures } = services;
  const places = [...candidates].map(() => "?").join(", ");
  return await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    // The look for candidates locked nothing: others may have been faster, and are passed over.
    const { misdated, misleased } = horizonsOf(unit.now, measures.leaseMs);
    const claimable = await unit.rows<Claimable>(
      `SELECT endpoint_id, last_sequence, consecutive_failures FROM webhook_cursor
       WHERE endpoint_id IN (${places}) AND is_active = 1
         AND (leased_until IS NULL OR leased_until <= ? OR leased_until > ?)
       ${unit.dialect === "mysql" ? "FOR UPDATE SKIP LOCKED" : ""}`,
      [...candidates.keys(), unit.now, misleased],
    );
    if (claimable.length === 0) return [];
    const id = uuidv7();
    await unit.execute(
      `UPDATE webhook_cursor SET lease_id = ?, leased_until = ?
       WHERE endpoint_id IN (${claimable.map(() => "?").join(", ")})`,
      [id, new Date(unit.now.getTime() + measures.leaseMs), ...claimable.map(({ endpoint_id }) => endpoint_id)],
    );
    for (const { endpoint_id } of claimable)
      if (toBoolean(candidates.get(endpoint_id)?.has_misdated))
        await makeMisdatedRetriesDue(unit, endpoint_id, misdated);
    return claimable.flatMap((row) => {
      const candidate = candidates.get(row.endpoint_id);
      if (candidate === undefined) return [];
      return {
        id,
        endpointId: row.endpoint_id,
        organizationId: candidate.organization_id,
        lastSequence: row.last_sequence,
        consecutiveFailures: row.consecutive_failures,
        hasRetries: toBoolean(candidate.has_retries) || toBoolean(candidate.has_misdated),
        hasRedelivery: toBoolean(candidate.has_redelivery),
      };
    });
  });
}

/** A SQLite file belongs to one process, so that what is leased when it starts was leased by one that has died. */
export async function endLeasesOfTheDead({ begin, reader }: Pick<WorkerServices, "begin" | "reader">): Promise<void> {
  if (reader.dialect !== "sqlite") return;
  await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    await unit.execute(
      "UPDATE webhook_cursor SET lease_id = NULL, leased_until = NULL WHERE lease_id IS NOT NULL AND leased_until > ?",
      [unit.now],
    );
  });
}

/** Without locks: the counter of a log belongs to those who append, and must not wait for workers. */
async function findCandidates({ reader, clock, measures }: WorkerServices): Promise<Candidate[]> {
  const now = clock();
  const { misdated, misleased } = horizonsOf(now, measures.leaseMs);
  return await reader.rows<Candidate>(
    `SELECT * FROM (
       SELECT c.endpoint_id, c.organization_id, c.consecutive_failures,
         CASE WHEN c.turn_ended_at > ? THEN NULL ELSE c.turn_ended_at END AS turn_ended_at,
         CASE WHEN c.last_sequence < n.last_sequence THEN 1 ELSE 0 END AS is_behind,
         EXISTS (SELECT 1 FROM webhook_retry r WHERE r.endpoint_id = c.endpoint_id AND r.next_attempt_at <= ?) AS has_retries,
         EXISTS (SELECT 1 FROM webhook_retry r WHERE r.endpoint_id = c.endpoint_id AND r.scheduled_at > ?) AS has_misdated,
         EXISTS (SELECT 1 FROM webhook_redelivery d WHERE d.endpoint_id = c.endpoint_id AND d.state = 'RUNNING') AS has_redelivery
       FROM webhook_cursor c JOIN event_counter n ON n.organization_id = c.organization_id
       WHERE c.is_active = 1 AND (c.leased_until IS NULL OR c.leased_until <= ? OR c.leased_until > ?)
         AND (c.paused_until IS NULL OR c.paused_until <= ? OR c.turn_ended_at > ?)) AS candidate
     WHERE is_behind = 1 OR has_retries = 1 OR has_misdated = 1 OR has_redelivery = 1
     ORDER BY CASE WHEN turn_ended_at IS NULL THEN 0 ELSE 1 END, turn_ended_at, endpoint_id`,
    [misdated, now, misdated, now, misleased, now, misdated],
  );
}

/** Beyond these moments no worker writes: `misdated` when something happened, `misleased` until when a lease lasts. */
function horizonsOf(now: Date, leaseMs: number): { readonly misdated: Date; readonly misleased: Date } {
  return { misdated: new Date(now.getTime() + leaseMs), misleased: new Date(now.getTime() + 2 * leaseMs) };
}

function chooseCandidates(candidates: readonly Candidate[], room: Room): Candidate[] {
  let { endpoints, failing } = room;
  const left = new Map<string, number>();
  return candidates.filter(({ organization_id: organizationId, consecutive_failures }) => {
    const fails = isFailing(consecutive_failures);
    const ofOrganization = left.get(organizationId) ?? room.ofOrganization(organizationId);
    if (endpoints <= 0 || ofOrganization <= 0 || (fails && failing <= 0)) return false;
    endpoints -= 1;
    failing -= fails ? 1 : 0;
    left.set(organizationId, ofOrganization - 1);
    return true;
  });
}
