/**
 * Changes of who is in a group that every door shares: each writes its rows and tells the log, in the unit of work that it
 * is given. The organization must be locked already, so that changes of one group follow each other.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvents } from "../../events/append-event.js";
import { findMembersAmong } from "../user/user.repository.js";
import { deleteReasons, findReasons, insertReasons, isAmong, updateGroupVersion } from "./group-member.repository.js";
import { GROUP_MEMBER_ADDED, GROUP_MEMBER_REMOVED } from "./group.events.js";
import { groupSnapshot, type GivenMembership, type Group, type MembershipSource } from "./group.js";
import { findGroup, findGroupsOfUsers } from "./group.repository.js";

/** A group after a change of its members. */
export interface ChangedGroup {
  readonly group: Group;
  /** Who got or lost a reason. */
  readonly userIds: readonly string[];
}

/**
 * Adds a reason for which users are in a group, and tells `group.member_added` of those for whom it is the first. Who has
 * the reason already is left alone.
 *
 * @param userIds members of the group's organization: whoever calls has made sure
 */
export async function addReason(
  unit: UnitOfWork,
  group: Group,
  userIds: readonly string[],
  source: MembershipSource,
): Promise<ChangedGroup> {
  const reasons = await findReasons(unit, group.id, userIds);
  const given = [...new Set(userIds)].filter((userId) => !isAmong(reasons.get(userId) ?? [], source));
  await insertReasons(unit, group.id, given, source);
  const came = given.filter((userId) => !reasons.has(userId));
  return { group: await tell(unit, group, GROUP_MEMBER_ADDED, came), userIds: given };
}

/**
 * Takes a reason away for which users are in a group, and tells `group.member_removed` of those for whom it was the last.
 * Who does not have it is left alone.
 *
 * @param source `null` takes every reason away
 */
export async function removeReason(
  unit: UnitOfWork,
  group: Group,
  userIds: readonly string[],
  source: MembershipSource | null,
): Promise<ChangedGroup> {
  const reasons = await findReasons(unit, group.id, userIds);
  const taken = [...reasons]
    .filter(([, present]) => source === null || isAmong(present, source))
    .map(([userId]) => userId);
  await deleteReasons(unit, group.id, taken, source);
  const went = taken.filter((userId) => source === null || reasons.get(userId)?.length === 1);
  return { group: await tell(unit, group, GROUP_MEMBER_REMOVED, went), userIds: taken };
}

/** Each member who comes or goes is a version of the group, so that no two of its events are taken for one another. */
async function tell(
  unit: UnitOfWork,
  before: Group,
  type: typeof GROUP_MEMBER_ADDED | typeof GROUP_MEMBER_REMOVED,
  userIds: readonly string[],
): Promise<Group> {
  if (userIds.length === 0) return before;
  const group: Group = { ...before, version: before.version + userIds.length, updatedAt: unit.now };
  await updateGroupVersion(unit, group.id, group.version);
  await appendEvents(
    unit,
    group.organizationId,
    userIds.map((userId, index) => ({
      type,
      subject: { id: group.id, version: before.version + index + 1 },
      data: { group: groupSnapshot(group), user: { id: userId }, changed: null },
    })),
  );
  return group;
}

/** A reason for which one user is to be in a group. */
export interface MembershipToGive extends GivenMembership {
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * Gives one user a reason to be in a group, for provisioning. Giving it again changes nothing.
 *
 * @returns `NOT_FOUND` when the organization has no such group (any more), or the user is no member of the organization
 */
export async function giveMembership(
  unit: UnitOfWork,
  { organizationId, groupId, userId, source }: MembershipToGive,
): Promise<"GIVEN" | "HELD" | "NOT_FOUND"> {
  const group = await findGroup(unit, organizationId, groupId);
  const members = await findMembersAmong(unit, organizationId, [userId]);
  if (group === null || !members.has(userId)) return "NOT_FOUND";
  const { userIds } = await addReason(unit, group, [userId], source);
  return userIds.length > 0 ? "GIVEN" : "HELD";
}

/** Reasons that one user is to lose. */
export interface MembershipsToWithdraw {
  readonly organizationId: string;
  readonly userId: string;
  /** Absent: every reason, in every group of the organization, as when somebody leaves it. */
  readonly memberships?: readonly GivenMembership[];
}

/** Takes reasons to be in groups away from one user, for provisioning. What is gone already is left alone. */
export async function withdrawMemberships(
  unit: UnitOfWork,
  { organizationId, userId, memberships }: MembershipsToWithdraw,
): Promise<void> {
  if (memberships === undefined) {
    const groups = (await findGroupsOfUsers(unit, organizationId, [userId])).get(userId) ?? [];
    for (const group of groups) await removeReason(unit, group, [userId], null);
    return;
  }
  for (const { groupId, source } of memberships) {
    // Read anew each time: the reason before may have been of the same group, and raised its version.
    const group = await findGroup(unit, organizationId, groupId);
    if (group !== null) await removeReason(unit, group, [userId], source);
  }
}
