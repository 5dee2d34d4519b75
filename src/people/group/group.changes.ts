/**
 * Changes the members of groups and appends the events, in the caller's unit of work. A user is in a group for one or
 * more *reasons*: an administrator, a mapping or a directory put them there. GraphQL, provisioning and directories use
 * this file. The caller locks the organization, so that changes of one group are serial.
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
  /** The users who got or lost a reason. */
  readonly userIds: readonly string[];
}

/**
 * Gives users a reason to be in a group. Appends `group.member_added` for each user without an earlier reason. Users who have
 * the reason already stay unchanged.
 *
 * @param userIds the caller has checked that they are members of the group's organization
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
  const added = given.filter((userId) => !reasons.has(userId));
  return { group: await appendMemberEvents(unit, group, GROUP_MEMBER_ADDED, added), userIds: given };
}

/**
 * Removes a reason to be in a group from users. Appends `group.member_removed` for each user without a further reason. Users
 * who do not have the reason stay unchanged.
 *
 * @param source `null` removes every reason
 */
export async function removeReason(
  unit: UnitOfWork,
  group: Group,
  userIds: readonly string[],
  source: MembershipSource | null,
): Promise<ChangedGroup> {
  const reasons = await findReasons(unit, group.id, userIds);
  const lost = [...reasons]
    .filter(([, present]) => source === null || isAmong(present, source))
    .map(([userId]) => userId);
  await deleteReasons(unit, group.id, lost, source);
  const removed = lost.filter((userId) => source === null || reasons.get(userId)?.length === 1);
  return { group: await appendMemberEvents(unit, group, GROUP_MEMBER_REMOVED, removed), userIds: lost };
}

/** Each added or removed member raises the group's version, so that its events have different versions. */
async function appendMemberEvents(
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

/** A new reason for which a user is in a group. */
export interface MembershipToGive extends GivenMembership {
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * Gives one user a reason to be in a group, for provisioning. Giving it again changes nothing.
 *
 * @returns `NOT_FOUND` if the organization does not have the group, or the user is not a member of the organization
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

/** The reasons to remove from a user. */
export interface MembershipsToWithdraw {
  readonly organizationId: string;
  readonly userId: string;
  /** Absent: every reason, in every group of the organization. Used when a member leaves. */
  readonly memberships?: readonly GivenMembership[];
}

/** Removes reasons to be in groups from one user, for provisioning. Missing reasons are ignored. */
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
    // Read again for each membership, because an earlier one of the same group raised the group's version.
    const group = await findGroup(unit, organizationId, groupId);
    if (group !== null) await removeReason(unit, group, [userId], source);
  }
}
