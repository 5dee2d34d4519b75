/** Seats as accounts become active and stop being so, in every organization that a user belongs to. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure } from "../../platform/errors/failure.js";
import { SEATS_FULL } from "../failures.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { countSeatsInUse, findHeldSeat, releaseSeat, takeSeat } from "./seat.changes.js";
import { decideSeat } from "./seat.js";
import { findMembershipsOf } from "../user/user.repository.js";

/** For whom a seat is needed. */
export interface SeatSeeker {
  /** `null` while the account is only being made. */
  readonly id: string | null;
  /** Whether the account is new in the organization; a plan whose seats are taken by training refuses no others. */
  readonly isNew: boolean;
}

/**
 * Refuses where the organization's plan is full and its policy makes no account active without a seat. Who holds a seat
 * already is let in.
 *
 * @throws SEATS_FULL
 */
export async function requireSeat(unit: UnitOfWork, organization: Organization, seeker: SeatSeeker): Promise<void> {
  const { id, totalSeats, policies } = organization;
  const { seatModel, seatsFull } = policies;
  if (seatModel === "TRAINING_START" && !seeker.isNew) return;
  // Without a limit, or where a full plan refuses nobody, there is nothing to count.
  if (seatModel === "NONE" || seatsFull !== "DENY_PROVISIONING" || totalSeats === null) return;
  const seatsInUse = await countSeatsInUse(unit, id);
  if (decideSeat({ seatModel, seatsFull, totalSeats, seatsInUse }) !== "REFUSE") return;
  if (seeker.id !== null && (await findHeldSeat(unit, id, seeker.id)) !== null) return;
  throw new Failure(SEATS_FULL, { seatsInUse, totalSeats });
}

/**
 * Takes a seat for an account that has just become active, in each of its organizations whose plan counts active accounts
 * and has one left. Whether it may be active without is `requireSeat`'s question, asked of the home alone.
 */
export async function takeSeats(unit: UnitOfWork, home: Organization, userId: string): Promise<void> {
  for (const organization of await lockOrganizationsOf(unit, home, userId))
    if (organization.policies.seatModel === "ACTIVE_USER") await takeSeat(unit, organization, userId);
}

/** Gives back the seats of an account that is active no more. One that was used counts until its billing cycle ends. */
export async function releaseUnusedSeats(unit: UnitOfWork, home: Organization, userId: string): Promise<void> {
  for (const organization of await lockOrganizationsOf(unit, home, userId)) {
    const seat = await findHeldSeat(unit, organization.id, userId);
    if (seat !== null && (seat.usedAt === null || isOver(seat.cycleEndsAt, unit.now)))
      await releaseSeat(unit, organization, userId);
  }
}

/** Gives back every seat of an account that is about to go, used or not: whether it may go was asked before. */
export async function releaseAllSeats(unit: UnitOfWork, home: Organization, userId: string): Promise<void> {
  for (const organization of await lockOrganizationsOf(unit, home, userId))
    await releaseSeat(unit, organization, userId);
}

function isOver(end: Date | null, now: Date): boolean {
  return end !== null && end <= now;
}

/** The home, which is locked already, and then the others in one order, so that two units seldom wait for each other. */
async function lockOrganizationsOf(unit: UnitOfWork, home: Organization, userId: string): Promise<Organization[]> {
  const organizations = [home];
  for (const id of (await findMembershipsOf(unit, userId)).toSorted()) {
    const organization = id === home.id ? null : await lockOrganization(unit, id);
    if (organization !== null) organizations.push(organization);
  }
  return organizations;
}
