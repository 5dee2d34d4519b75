/** Adds users to a group and removes them by hand, many at once, with a result for each. */
import { causeOf, requireNoOwnGain, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { MANAGED_BY_DIRECTORY } from "../failures.js";
import { findManagedUsers, requireGroupUnmanaged } from "../user/managed.js";
import { findMembersAmong } from "../user/user.repository.js";
import { findManagerIds } from "./group-manager.repository.js";
import { addReason, removeReason, type ChangedGroup } from "./group.changes.js";
import { BY_HAND, type Group, type MembershipSource } from "./group.js";
import { readGroupFor, readGroupForChange } from "./group.operations.js";

/** The largest number of users in one request, because other changes of the organization wait for its unit of work. */
export const MOST_USERS_AT_ONCE = 1000;

/** Users to add to a group, or to remove from it. */
export interface GroupMembersInput {
  readonly groupId: string;
  readonly userIds: readonly string[];
}

/** The outcome for one user of a request. */
export interface GroupMemberResult {
  readonly userId: string;
  readonly ok: boolean;
  /** The error code; `null` if `ok`. */
  readonly code: string | null;
  readonly message: string | null;
}

/** The group after the change, and the outcome for each user, in the order of the input. */
export interface ChangedMembers {
  readonly group: Group;
  readonly results: readonly GroupMemberResult[];
}

/**
 * Adds users to a group. If a user is in the group already, the change by hand is a further reason. The result of a user
 * who is not a member of the organization is NOT_FOUND, and of one whom a directory manages alone MANAGED_BY_DIRECTORY.
 * The other users are added.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for managers of the group without TRAINING_READ), NOT_FOUND and
 *   MANAGED_BY_DIRECTORY (the group), INVALID_INPUT (too many users)
 */
export async function addUsersToGroup(store: Store, caller: Caller, input: GroupMembersInput): Promise<ChangedMembers> {
  const source: MembershipSource = { kind: caller.kind === "API_KEY" ? "API" : "ADMIN", id: BY_HAND };
  return await changeMembers(store, caller, input, "group.members_added", async (unit, group, userIds) => {
    // A manager sees the training of all members.
    requireNoOwnGain(caller, group.organizationId, await findManagerIds(unit, group.id), "TRAINING_READ");
    return await addReason(unit, group, userIds, source);
  });
}

/**
 * Removes users from a group, for every reason. A mapping or a directory can add them again. The result of a user who is
 * not a member of the organization is NOT_FOUND, and of one whom a directory manages alone MANAGED_BY_DIRECTORY. The
 * other users are removed.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND and MANAGED_BY_DIRECTORY (the group), INVALID_INPUT (too many users)
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
    await requireGroupUnmanaged(unit, before.organizationId, before.id);
    const members = await findMembersAmong(unit, before.organizationId, userIds);
    const managed = await findManagedUsers(unit, before.organizationId, [...members]);
    const free = [...members].filter((userId) => !managed.has(userId));
    const { group, userIds: changed } = await change(unit, before, free);
    if (changed.length > 0)
      await recordAudit(unit, {
        organizationId: group.organizationId,
        action,
        subject: { type: "group", id: group.id },
        ...(action === "group.members_added" ? { after: { userIds: changed } } : { before: { userIds: changed } }),
      });
    const results = userIds.map((userId) => {
      const directory = managed.get(userId);
      if (directory !== undefined)
        return refused(userId, new Failure(MANAGED_BY_DIRECTORY, { type: "user", ...directory }));
      return members.has(userId) ? done(userId) : refused(userId, new Failure(NOT_FOUND, { type: "user" }));
    });
    return { group, results };
  });
}

function requireFewEnough(userIds: readonly string[]): void {
  if (userIds.length <= MOST_USERS_AT_ONCE) return;
  const message = `must name at most ${MOST_USERS_AT_ONCE} users; send the others in further requests`;
  throw new Failure(INVALID_INPUT, { fields: [{ path: "userIds", code: "INVALID", message }] });
}

function done(userId: string): GroupMemberResult {
  return { userId, ok: true, code: null, message: null };
}

function refused(userId: string, { code, message }: Pick<Failure, "code" | "message">): GroupMemberResult {
  return { userId, ok: false, code, message };
}
