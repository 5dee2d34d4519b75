/** Takes and releases the seats of a user in all organizations, when the account becomes active or ends. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure } from "../../platform/errors/failure.js";
import { SEATS_FULL } from "../failures.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { countSeatsInUse, findHeldSeat, releaseSeat, takeSeat } from "./seat.changes.js";
import { decideSeat } from "./seat.js";
import { findMembershipsOf } from "../user/user.repository.js";

/** The account that needs a seat. */
export interface SeatSeeker {
  /** `null` for an account that is not created yet. */
  readonly id: string | null;
  /** Whether the account is new in the organization. If training takes seats, a full plan refuses new accounts only. */
  readonly isNew: boolean;
}

/**
 * Refuses an account if the plan is full and the policy requires a free seat. An account that holds a seat passes.
 *
 * @throws SEATS_FULL
 */
export async function requireSeat(unit: UnitOfWork, organization: Organization, seeker: SeatSeeker): Promise<void> {
  const { id, totalSeats, policies } = organization;
  const { seatModel, seatsFull } = policies;
  if (seatModel === "TRAINING_START" && !seeker.isNew) return;
  // Seats matter only with a limit and a policy that refuses accounts.
  if (seatModel === "NONE" || seatsFull !== "DENY_PROVISIONING" || totalSeats === null) return;
  const seatsInUse = await countSeatsInUse(unit, id);
  if (decideSeat({ seatModel, seatsFull, totalSeats, seatsInUse }) !== "REFUSE") return;
  if (seeker.id !== null && (await findHeldSeat(unit, id, seeker.id)) !== null) return;
  throw new Failure(SEATS_FULL, { seatsInUse, totalSeats });
}

/**
 * Takes a seat for an account that has become active, in each of its organizations whose plan counts active accounts and has
 * a free seat. Call `requireSeat` before: it checks whether the home organization lets the account be active without a seat.
 */
export async function takeSeats(unit: UnitOfWork, home: Organization, userId: string): Promise<void> {
  for (const organization of await lockOrganizationsOf(unit, home, userId))
    if (organization.policies.seatModel === "ACTIVE_USER") await takeSeat(unit, organization, userId);
}

/** Releases the unused seats of an account that is no longer active. A used seat counts until its billing cycle ends. */
export async function releaseUnusedSeats(unit: UnitOfWork, home: Organization, userId: string): Promise<void> {
  for (const organization of await lockOrganizationsOf(unit, home, userId)) {
    const seat = await findHeldSeat(unit, organization.id, userId);
    if (seat !== null && (seat.usedAt === null || isOver(seat.cycleEndsAt, unit.now)))
      await releaseSeat(unit, organization, userId);
  }
}

/** Releases every seat, used or not, of an account that will be deleted. */
export async function releaseAllSeats(unit: UnitOfWork, home: Organization, userId: string): Promise<void> {
  for (const organization of await lockOrganizationsOf(unit, home, userId))
    await releaseSeat(unit, organization, userId);
}

function isOver(end: Date | null, now: Date): boolean {
  return end !== null && end <= now;
}

/** The home organization is locked already. Locks the others in the order of their ids, to avoid most deadlocks. */
async function lockOrganizationsOf(unit: UnitOfWork, home: Organization, userId: string): Promise<Organization[]> {
  const organizations = [home];
  for (const id of (await findMembershipsOf(unit, userId)).toSorted()) {
    const organization = id === home.id ? null : await lockOrganization(unit, id);
    if (organization !== null) organizations.push(organization);
  }
  return organizations;
}
