/**
 * The ledger of seats: one row for each time that somebody holds one, and a count in the organization's row, which the
 * caller has locked. Whoever asks, two at once never overfill it.
 */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { toDateOrNull } from "../../platform/database/values.js";
import type { Organization } from "../organization/organization.js";
import { billingCycleAt } from "./billing-cycle.js";
import { SEAT_ASSIGNED, SEAT_LIMIT_REACHED, SEAT_RELEASED } from "./seat.events.js";
import { SeatRow } from "./seat.row.js";
import { placeholders } from "../../platform/database/statements.js";

/** A seat that is held. */
export interface HeldSeat {
  readonly id: string;
  /** When training was first started on it in its billing cycle; `null` when it was not used. */
  readonly usedAt: Date | null;
  /** When a used seat comes free at the latest. */
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

/** Those among several users who hold a seat in an organization. */
export async function findSeatHolders(
  unit: UnitOfWork,
  organizationId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await unit.rows<{ user_id: string }>(
    `SELECT user_id FROM seat WHERE active_key IN (${placeholders(userIds)})`,
    userIds.map((userId) => activeKey(organizationId, userId)),
  );
  return new Set(rows.map((row) => row.user_id));
}

/** How many seats of an organization are held. */
export async function countSeatsInUse(unit: UnitOfWork, organizationId: string): Promise<number> {
  const row = await unit.row<{ seats_in_use: number }>("SELECT seats_in_use FROM organization WHERE id = ?", [
    organizationId,
  ]);
  return row?.seats_in_use ?? 0;
}

/** What a seat is taken for. */
export interface SeatUse {
  /** Taken by starting training. */
  readonly usedAt: Date | null;
  readonly cycleEndsAt: Date | null;
}

/**
 * Takes a seat, where one is free.
 *
 * @returns `HELD` when the user has one already, `FULL` when none is free
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
  const told = totalSeats !== null && seatsInUse >= totalSeats ? [SEAT_ASSIGNED, SEAT_LIMIT_REACHED] : [SEAT_ASSIGNED];
  for (const type of told)
    await appendEvent(unit, {
      organizationId,
      type,
      subject: { id, version: 1 },
      data: { seat: { id, userId, seatsInUse, totalSeats }, changed: null },
    });
  return "TAKEN";
}

/**
 * Uses a seat of the present billing cycle, for somebody who starts training: the one that the user holds, or a free one.
 * It is then held to the end of the cycle. Where no seats are counted, nothing has to be free.
 *
 * @returns `FULL` when the user holds none and none is free: training must not start
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

/** Whether training was started on a seat in a billing cycle that goes on. */
function isInUse({ usedAt, cycleEndsAt }: HeldSeat, now: Date): boolean {
  return usedAt !== null && (cycleEndsAt === null || cycleEndsAt > now);
}

/** Gives a seat back; nothing happens when the user holds none. */
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
 * Gives back the seat of a member who leaves, unless it was used in the present billing cycle: then it is held to the
 * cycle's end, when `settleEndedSeats` looks at it again.
 */
export async function giveSeatBack(unit: UnitOfWork, organization: Organization, userId: string): Promise<void> {
  const seat = await findHeldSeat(unit, organization.id, userId);
  if (seat !== null && !isInUse(seat, unit.now)) await releaseSeat(unit, organization, userId);
}

/**
 * Ends all seats of an organization that are held without limit, in one statement however many they are; the sweeper
 * then gives them back in small units of work.
 */
export async function endUnusedSeats(unit: UnitOfWork, organizationId: string): Promise<void> {
  await unit.execute(
    "UPDATE seat SET cycle_ends_at = ? WHERE organization_id = ? AND released_at IS NULL AND cycle_ends_at IS NULL",
    [unit.now, organizationId],
  );
}
