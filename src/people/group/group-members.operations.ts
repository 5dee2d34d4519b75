/** Putting users into a group and taking them out by hand, many at once, with an answer for each. */
import { causeOf, requireNoOwnGain, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { findMembersAmong } from "../user/user.repository.js";
import { findManagerIds } from "./group-manager.repository.js";
import { addReason, removeReason, type ChangedGroup } from "./group.changes.js";
import { BY_HAND, type Group, type MembershipSource } from "./group.js";
import { readGroupFor, readGroupForChange } from "./group.operations.js";

/** Users in one request at most: all of them are one unit of work, for which others of the organization wait. */
export const MOST_USERS_AT_ONCE = 1000;

/** Users to put into a group, or to take out of it. */
export interface GroupMembersInput {
  readonly groupId: string;
  readonly userIds: readonly string[];
}

/** What became of one user of a request. */
export interface GroupMemberResult {
  readonly userId: string;
  readonly ok: boolean;
  /** Why not; `null` when it was done. */
  readonly code: string | null;
  readonly message: string | null;
}

/** The group after the change, and what became of each user, in the order of the input. */
export interface ChangedMembers {
  readonly group: Group;
  readonly results: readonly GroupMemberResult[];
}

/**
 * Puts users into a group. Who is in it already stays, now also by hand. A user who is no member of the organization is
 * NOT_FOUND; the others are carried out.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for managers of the group who do not see the training of all), NOT_FOUND (the
 *   group), INVALID_INPUT (too many users)
 */
export async function addUsersToGroup(store: Store, caller: Caller, input: GroupMembersInput): Promise<ChangedMembers> {
  const source: MembershipSource = { kind: caller.kind === "API_KEY" ? "API" : "ADMIN", id: BY_HAND };
  return await changeMembers(store, caller, input, "group.members_added", async (unit, group, userIds) => {
    // A manager sees the training of everybody in the group.
    requireNoOwnGain(caller, group.organizationId, await findManagerIds(unit, group.id), "TRAINING_READ");
    return await addReason(unit, group, userIds, source);
  });
}

/**
 * Takes users out of a group, whatever put them there. What a mapping or a directory gave comes back the next time that it
 * gives it. A user who is no member of the organization is NOT_FOUND; the others are carried out.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (the group), INVALID_INPUT (too many users)
 */
export async function removeUsersFromGroup(
  store: Store,
  caller: Caller,
  input: GroupMembersInput,
): Promise<ChangedMembers> {
  return await changeMembers(store, caller, input, "group.members_removed", (unit, group, userIds) =>
    removeReason(unit, group, userIds, null),
  );
}

async function changeMembers(
  store: Store,
  caller: Caller,
  { groupId, userIds }: GroupMembersInput,
  action: "group.members_added" | "group.members_removed",
  change: (unit: UnitOfWork, group: Group, userIds: readonly string[]) => Promise<ChangedGroup>,
): Promise<ChangedMembers> {
  const found = await readGroupFor(store, caller, groupId, "GROUPS_WRITE");
  requireFewEnough(userIds);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const before = await readGroupForChange(unit, found);
    const members = await findMembersAmong(unit, before.organizationId, userIds);
    const { group, userIds: changed } = await change(unit, before, [...members]);
    if (changed.length > 0)
      await recordAudit(unit, {
        organizationId: group.organizationId,
        action,
        subject: { type: "group", id: group.id },
        ...(action === "group.members_added" ? { after: { userIds: changed } } : { before: { userIds: changed } }),
      });
    return { group, results: userIds.map((userId) => (members.has(userId) ? done(userId) : unknown(userId))) };
  });
}

function requireFewEnough(userIds: readonly string[]): void {
  if (userIds.length <= MOST_USERS_AT_ONCE) return;
  const message = `must name at most ${MOST_USERS_AT_ONCE} users; send the others with further requests`;
  throw new Failure(INVALID_INPUT, { fields: [{ path: "userIds", code: "INVALID", message }] });
}

function done(userId: string): GroupMemberResult {
  return { userId, ok: true, code: null, message: null };
}

function unknown(userId: string): GroupMemberResult {
  const { code, message } = new Failure(NOT_FOUND, { type: "user" });
  return { userId, ok: false, code, message };
}
