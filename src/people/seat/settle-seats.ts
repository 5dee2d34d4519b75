/**
 * Releases or renews seats after the end of their billing cycle. Each unit of work locks one organization, so several
 * replicas can settle concurrently without settling a seat twice.
 */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { releaseSeat } from "./seat.changes.js";

/** The most seats in one unit of work. Other changes of the organization wait for it. */
const SEATS_AT_ONCE = 100;

/** Settles every seat whose cycle ended by `now`. Idempotent. */
export async function settleEndedSeats({ reader, begin }: Store, now: Date): Promise<void> {
  for (const organizationId of await findOrganizationsToSettle(reader, now))
    while (
      (await begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => settleSome(unit, organizationId))) ===
      SEATS_AT_ONCE
    );
}

async function findOrganizationsToSettle(reader: Reader, now: Date): Promise<readonly string[]> {
  // Each organization costs one look-up in the index of seats.
  const rows = await reader.rows<{ id: string }>(
    `SELECT o.id FROM organization o WHERE EXISTS (
       SELECT 1 FROM seat s WHERE s.organization_id = o.id AND s.released_at IS NULL AND s.cycle_ends_at <= ?)
      ORDER BY o.id`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/** Settles a batch of an organization's seats. Returns how many. */
async function settleSome(unit: UnitOfWork, organizationId: string): Promise<number> {
  const organization = await lockOrganization(unit, organizationId);
  if (organization === null) return 0;
  const ended = await unit.rows<{ id: string; user_id: string; active_members: number | string }>(
    `SELECT s.id, s.user_id, (SELECT COUNT(*) FROM membership m JOIN app_user u ON u.id = m.user_id
                               WHERE m.organization_id = s.organization_id AND m.user_id = s.user_id
                                 AND u.status = 'ACTIVE') AS active_members
       FROM seat s
      WHERE s.organization_id = ? AND s.released_at IS NULL AND s.cycle_ends_at <= ?
      ORDER BY s.cycle_ends_at, s.id LIMIT ${SEATS_AT_ONCE}`,
    [organizationId, unit.now],
  );
  for (const seat of ended)
    if (isKept(organization, Number(seat.active_members) > 0))
      await unit.execute("UPDATE seat SET used_at = NULL, cycle_ends_at = NULL WHERE id = ?", [seat.id]);
    else await releaseSeat(unit, organization, seat.user_id);
  return ended.length;
}

/** Under ACTIVE_USER, an active user keeps the seat, which is unused in the new cycle. Every other seat ends with its cycle. */
function isKept({ policies }: Organization, isActiveMember: boolean): boolean {
  return policies.seatModel === "ACTIVE_USER" && isActiveMember;
}
