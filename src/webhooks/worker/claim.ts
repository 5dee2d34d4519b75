/**
 * Claims endpoints for this worker. A lease is a row in the database, and workers share only the database. The clocks of
 * workers must agree to within the duration of a lease. If a stored time lies further ahead, a clock that was wrong wrote it,
 * and has been set back since. Such a time is ignored: the lease and the pause are over, and the retry is due. Otherwise,
 * deliveries would wait until the clock reaches that time again.
 */
import { v7 as uuidv7 } from "uuid";
import { SYSTEM } from "../../access/caller.js";
import { toBoolean } from "../../platform/database/values.js";
import { makeMisdatedRetriesDue } from "../delivery/delivery.repository.js";
import { isFailing, type WorkerServices } from "./worker-services.js";
import { placeholders } from "../../platform/database/statements.js";

/** The right to deliver to an endpoint. Only one worker has it, until it expires. */
export interface Lease {
  readonly id: string;
  readonly endpointId: string;
  readonly organizationId: string;
  readonly lastSequence: number;
  readonly consecutiveFailures: number;
  /** Whether retries were due when the worker claimed the endpoint. */
  readonly hasRetries: boolean;
  /** Whether a redelivery was running when the worker claimed the endpoint. */
  readonly hasRedelivery: boolean;
}

/** How many more endpoints a worker can serve. */
export interface Capacity {
  readonly endpoints: number;
  /** How many of these endpoints may be failing ones. */
  readonly failing: number;
  /** How many of these endpoints may belong to one organization. */
  readonly forOrganization: (organizationId: string) => number;
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
 * Leases endpoints that have work: events after their cursor, retries that are due, or a redelivery. The endpoint whose
 * last turn ended first comes first.
 */
export async function claimEndpoints(services: WorkerServices, capacity: Capacity): Promise<Lease[]> {
  const candidates = new Map(
    chooseCandidates(await findCandidates(services), capacity).map((each) => [each.endpoint_id, each]),
  );
  if (candidates.size === 0) return [];
  const { begin, settings } = services;
  const places = placeholders([...candidates]);
  return await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    // Finding candidates locks nothing, so another worker may have leased some of them. Those are skipped.
    const { misdated, misleased } = horizonsOf(unit.now, settings.leaseMs);
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
       WHERE endpoint_id IN (${placeholders(claimable)})`,
      [id, new Date(unit.now.getTime() + settings.leaseMs), ...claimable.map(({ endpoint_id }) => endpoint_id)],
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

/**
 * Ends the leases of a process that has died. Only for SQLite: one process owns the file, so every lease there is at the
 * start belongs to a process that has died.
 */
export async function endLeasesOfDeadProcess({
  begin,
  reader,
}: Pick<WorkerServices, "begin" | "reader">): Promise<void> {
  if (reader.dialect !== "sqlite") return;
  await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    await unit.execute(
      "UPDATE webhook_cursor SET lease_id = NULL, leased_until = NULL WHERE lease_id IS NOT NULL AND leased_until > ?",
      [unit.now],
    );
  });
}

/**
 * Finds endpoints that have work. Takes no locks, because whoever appends an event locks the log's counter, and must not
 * wait for workers.
 */
async function findCandidates({ reader, clock, settings }: WorkerServices): Promise<Candidate[]> {
  const now = clock();
  const { misdated, misleased } = horizonsOf(now, settings.leaseMs);
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

/** The limits beyond which a time is wrong: `misdated` for the time of a past action, `misleased` for the end of a lease. */
function horizonsOf(now: Date, leaseMs: number): { readonly misdated: Date; readonly misleased: Date } {
  return { misdated: new Date(now.getTime() + leaseMs), misleased: new Date(now.getTime() + 2 * leaseMs) };
}

function chooseCandidates(candidates: readonly Candidate[], capacity: Capacity): Candidate[] {
  let { endpoints, failing } = capacity;
  const left = new Map<string, number>();
  return candidates.filter(({ organization_id: organizationId, consecutive_failures }) => {
    const fails = isFailing(consecutive_failures);
    const forOrganization = left.get(organizationId) ?? capacity.forOrganization(organizationId);
    if (endpoints <= 0 || forOrganization <= 0 || (fails && failing <= 0)) return false;
    endpoints -= 1;
    failing -= fails ? 1 : 0;
    left.set(organizationId, forOrganization - 1);
    return true;
  });
}
