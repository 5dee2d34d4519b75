/**
 * Changes memberships of guests in the caller's unit of work. Appends the events to the log of the organization that the guest
 * joins or leaves. The caller locks that organization.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import { changesBetween } from "../../events/event-type.js";
import { Failure } from "../../platform/errors/failure.js";
import { SEATS_FULL } from "../failures.js";
import { deleteManagedGroups } from "../group/group-manager.repository.js";
import { withdrawMemberships } from "../group/group.changes.js";
import type { Organization } from "../organization/organization.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers, replaceRoles, type RoleSource } from "../role/role.repository.js";
import { countSeatsInUse, findHeldSeat, giveSeatBack, takeSeat } from "../seat/seat.changes.js";
import { decideSeat } from "../seat/seat.js";
import { describeAccount } from "../user/user.changes.js";
import { USER_ROLE_CHANGED } from "../user/user.events.js";
import type { User } from "../user/user.js";
import { insertMembership } from "../user/user.repository.js";
import { deleteMembership } from "./membership.repository.js";

/** The keys of a member's roles before and after, the highest first. */
export interface ChangedRoles {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Makes an active account of another organization a member. If the plan counts active accounts, the member takes a seat.
 * A member whom the home organization adds takes no seat, because the joined organization did not agree to that.
 *
 * @throws SEATS_FULL if the organization's policy requires a free seat
 */
export async function joinOrganization(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  given: { readonly roles: readonly Role[]; readonly source: RoleSource; readonly byHome: boolean },
): Promise<ChangedRoles> {
  const seat = given.byHome ? "WITHOUT" : await chooseSeat(unit, organization);
  // A person who left after using a seat may still hold it until the end of its cycle.
  const holds = (await findHeldSeat(unit, organization.id, user.id)) !== null;
  if (seat === "REFUSE" && !holds) {
    const { id, totalSeats } = organization;
    throw new Failure(SEATS_FULL, { seatsInUse: await countSeatsInUse(unit, id), totalSeats });
  }
  await insertMembership(unit, organization.id, user);
  if (seat === "TAKE") await takeSeat(unit, organization, user.id);
  return await changeRoles(unit, organization, user, given);
}

/** Gives a seat to a member whom the home organization added, if active accounts take seats and a seat is free. */
export async function takeFreeSeat(unit: UnitOfWork, organization: Organization, user: User): Promise<void> {
  if ((await chooseSeat(unit, organization)) === "TAKE") await takeSeat(unit, organization, user.id);
}

async function chooseSeat(unit: UnitOfWork, { id, totalSeats, policies }: Organization) {
  return decideSeat({ ...policies, totalSeats, seatsInUse: await countSeatsInUse(unit, id) });
}

/**
 * Ends a membership with its groups, managed groups, roles and sessions. Releases the member's seat if training has not
 * used the seat.
 */
export async function leaveOrganization(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
): Promise<ChangedRoles> {
  const before = await rolesOf(unit, organization, user);
  await withdrawMemberships(unit, { organizationId: organization.id, userId: user.id });
  await deleteManagedGroups(unit, organization.id, user.id);
  await giveSeatBack(unit, organization, user.id);
  await deleteMembership(unit, organization.id, user.id);
  return await appendRoleEvent(unit, organization, user, before);
}

/** Replaces the roles of a guest. Appends no event if nothing differs. */
export async function changeRoles(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  given: { readonly roles: readonly Role[]; readonly source: RoleSource },
): Promise<ChangedRoles> {
  const before = await rolesOf(unit, organization, user);
  await replaceRoles(unit, { organizationId: organization.id, userId: user.id }, given.roles, given.source);
  return await appendRoleEvent(unit, organization, user, before);
}

/**
 * The version of a guest in events. It is constant, because an organization does not see the versions of its guests'
 * accounts.
 */
const GUEST_VERSION = 1;

async function rolesOf(unit: UnitOfWork, { id }: Organization, user: User): Promise<readonly string[]> {
  return ((await findRolesOfUsers(unit, id, [user.id])).get(user.id) ?? []).map(({ key }) => key);
}

async function appendRoleEvent(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  before: readonly string[],
): Promise<ChangedRoles> {
  const { snapshot } = await describeAccount(unit, organization, user);
  const changed = changesBetween({ roles: before }, { roles: snapshot.roles });
  if (changed !== null)
    await appendEvent(unit, {
      organizationId: organization.id,
      type: USER_ROLE_CHANGED,
      subject: { id: user.id, version: GUEST_VERSION },
      data: { user: snapshot, changed },
    });
  return { before, after: snapshot.roles };
}
