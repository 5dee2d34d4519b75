/**
 * What becomes of seats whose billing cycle has ended. Each organization is settled in units of work of its own, with its
 * row locked: any number of replicas may settle at once, and what one has settled the next no longer finds.
 */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { releaseSeat } from "./seat.changes.js";

/** Seats in one unit of work: others of the organization wait meanwhile. */
const SEATS_AT_ONCE = 100;

/** Settles every seat whose cycle ended by `now`. Repeating it settles nothing again. */
export async function settleEndedSeats({ reader, begin }: Store, now: Date): Promise<void> {
  for (const organizationId of await findOrganizationsToSettle(reader, now))
    while (
      (await begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => settleSome(unit, organizationId))) ===
      SEATS_AT_ONCE
    );
}

async function findOrganizationsToSettle(reader: Reader, now: Date): Promise<readonly string[]> {
  // Written so that every organization is one look into the seats' index.
  const rows = await reader.rows<{ id: string }>(
    `SELECT o.id FROM organization o WHERE EXISTS (
       SELECT 1 FROM seat s WHERE s.organization_id = o.id AND s.released_at IS NULL AND s.cycle_ends_at <= ?)
      ORDER BY o.id`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/** Settles some seats of an organization, and answers how many. */
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

/** An active user's seat goes over into the next cycle, unused so far; every other seat was for its cycle only. */
function isKept({ policies }: Organization, isActiveMember: boolean): boolean {
  return policies.seatModel === "ACTIVE_USER" && isActiveMember;
}
