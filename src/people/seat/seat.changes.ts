/**
 * Takes, uses and releases seats. Each seat that a user holds is a row. The organization's row has the count. The caller
 * locks the organization, so concurrent changes never exceed the plan.
 */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { appendEvent } from "../../events/append-event.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { toDateOrNull } from "../../platform/database/values.js";
import type { Organization } from "../organization/organization.js";
import { billingCycleAt } from "./billing-cycle.js";
import { SEAT_ASSIGNED, SEAT_LIMIT_REACHED, SEAT_RELEASED } from "./seat.events.js";
import { SeatRow } from "./seat.row.js";
import { placeholders } from "../../platform/database/statements.js";

/** A seat that a user holds. */
export interface HeldSeat {
  readonly id: string;
  /** When the user first started training in the seat's billing cycle; `null` if the user has not. */
  readonly usedAt: Date | null;
  /** When Usher releases the seat at the latest; `null` if no end is set. */
  readonly cycleEndsAt: Date | null;
}

const activeKey = (organizationId: string, userId: string) => sha256Hex(`${organizationId}:${userId}`);

/** The seat that a user holds in an organization, or `null`. */
export async function findHeldSeat(unit: UnitOfWork, organizationId: string, userId: string): Promise<HeldSeat | null> {
  const row = await unit.row<{ id: string; used_at: unknown; cycle_ends_at: unknown }>(
    "SELECT id, used_at, cycle_ends_at FROM seat WHERE active_key = ?",
    [activeKey(organizationId, userId)],
  );
  return row ? { id: row.id, usedAt: toDateOrNull(row.used_at), cycleEndsAt: toDateOrNull(row.cycle_ends_at) } : null;
}

/** The ids of users with a seat in an organization, among these ids. */
export async function findSeatHolders(
  reader: Reader,
  organizationId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await reader.rows<{ user_id: string }>(
    `SELECT user_id FROM seat WHERE active_key IN (${placeholders(userIds)})`,
    userIds.map((userId) => activeKey(organizationId, userId)),
  );
  return new Set(rows.map((row) => row.user_id));
}

/** How many seats of an organization are held. */
export async function countSeatsInUse(reader: Reader, organizationId: string): Promise<number> {
  const row = await reader.row<{ seats_in_use: number }>("SELECT seats_in_use FROM organization WHERE id = ?", [
    organizationId,
  ]);
  return row?.seats_in_use ?? 0;
}

/** The use for which a seat is taken. */
export interface SeatUse {
  /** When the user starts the training that takes the seat; `null` if no training does. */
  readonly usedAt: Date | null;
  readonly cycleEndsAt: Date | null;
}

/**
 * Takes a free seat.
 *
 * @returns `HELD` if the user has a seat already, `FULL` if none is free
 */
export async function takeSeat(
  unit: UnitOfWork,
  organization: Organization,
  userId: string,
  use: SeatUse = { usedAt: null, cycleEndsAt: null },
): Promise<"TAKEN" | "HELD" | "FULL"> {
  const { id: organizationId, totalSeats } = organization;
  if ((await findHeldSeat(unit, organizationId, userId)) !== null) return "HELD";
  const taken = await unit.execute(
    "UPDATE organization SET seats_in_use = seats_in_use + 1 WHERE id = ? AND (total_seats IS NULL OR seats_in_use < total_seats)",
    [organizationId],
  );
  if (taken === 0) return "FULL";
  const id = uuidv7();
  await unit.manager.insert(SeatRow, {
    id,
    organizationId,
    userId,
    activeKey: activeKey(organizationId, userId),
    assignedAt: unit.now,
    releasedAt: null,
    ...use,
  });
  const seatsInUse = await countSeatsInUse(unit, organizationId);
  const types = totalSeats !== null && seatsInUse >= totalSeats ? [SEAT_ASSIGNED, SEAT_LIMIT_REACHED] : [SEAT_ASSIGNED];
  for (const type of types)
    await appendEvent(unit, {
      organizationId,
      type,
      subject: { id, version: 1 },
      data: { seat: { id, userId, seatsInUse, totalSeats }, changed: null },
    });
  return "TAKEN";
}

/**
 * Uses the seat of a user who starts training, or takes a free one. The user then holds it until the end of the billing cycle.
 * Under the seat model `NONE`, training needs no seat.
 *
 * @returns `FULL` if the user holds no seat and none is free. Training must not start then.
 */
export async function useSeat(
  unit: UnitOfWork,
  organization: Organization,
  userId: string,
): Promise<"USED" | "UNCOUNTED" | "FULL"> {
  const { id: organizationId, policies, timeZone } = organization;
  if (policies.seatModel === "NONE") return "UNCOUNTED";
  const use = { usedAt: unit.now, cycleEndsAt: billingCycleAt(unit.now, policies.billingAnchor, timeZone).endsAt };
  const held = await findHeldSeat(unit, organizationId, userId);
  if (held === null) return (await takeSeat(unit, organization, userId, use)) === "FULL" ? "FULL" : "USED";
  if (!isInUse(held, unit.now))
    await unit.execute("UPDATE seat SET used_at = ?, cycle_ends_at = ? WHERE id = ?", [
      use.usedAt,
      use.cycleEndsAt,
      held.id,
    ]);
  return "USED";
}

/** Whether training has started on a seat in the present billing cycle. */
function isInUse({ usedAt, cycleEndsAt }: HeldSeat, now: Date): boolean {
  return usedAt !== null && (cycleEndsAt === null || cycleEndsAt > now);
}

/** Releases a user's seat, if there is one. */
export async function releaseSeat(unit: UnitOfWork, organization: Organization, userId: string): Promise<void> {
  const { id: organizationId, totalSeats } = organization;
  const seat = await findHeldSeat(unit, organizationId, userId);
  if (seat === null) return;
  await unit.execute("UPDATE seat SET active_key = NULL, released_at = ? WHERE id = ?", [unit.now, seat.id]);
  await unit.execute("UPDATE organization SET seats_in_use = seats_in_use - 1 WHERE id = ?", [organizationId]);
  const seatsInUse = await countSeatsInUse(unit, organizationId);
  await appendEvent(unit, {
    organizationId,
    type: SEAT_RELEASED,
    subject: { id: seat.id, version: 2 },
    data: { seat: { id: seat.id, userId, seatsInUse, totalSeats }, changed: null },
  });
}

/**
 * Releases the seat of a member who leaves. If training used it in the present billing cycle, `settleEndedSeats` releases it
 * after the cycle's end.
 */
export async function giveSeatBack(unit: UnitOfWork, organization: Organization, userId: string): Promise<void> {
  const seat = await findHeldSeat(unit, organization.id, userId);
  if (seat !== null && !isInUse(seat, unit.now)) await releaseSeat(unit, organization, userId);
}

/** Ends each held seat that has no end yet, in one statement. The sweeper then releases these seats in small units of work. */
export async function endUnusedSeats(unit: UnitOfWork, organizationId: string): Promise<void> {
  await unit.execute(
    "UPDATE seat SET cycle_ends_at = ? WHERE organization_id = ? AND released_at IS NULL AND cycle_ends_at IS NULL",
    [unit.now, organizationId],
  );
}
