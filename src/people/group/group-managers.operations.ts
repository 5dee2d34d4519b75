/** Sets the managers of a group for a caller. */
import { causeOf, requireHolding, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { InputCheck } from "../../platform/errors/input.js";
import { findMembersAmong } from "../user/user.repository.js";
import { deleteManagers, findManagerIds, insertManagers } from "./group-manager.repository.js";
import type { Group } from "./group.js";
import { readGroupFor, readGroupForChange } from "./group.operations.js";

/** The largest number of managers of a group. */
export const MOST_MANAGERS = 100;

/** The new managers of a group. */
export interface GroupManagersInput {
  readonly groupId: string;
  readonly userIds: readonly string[];
}

/**
 * Replaces the managers of a group. A manager with TEAM_TRAINING_READ sees the training of the members, so a caller who adds
 * a manager must hold TRAINING_READ.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (the group), INVALID_INPUT (too many users, or one who is not a member of the
 *   organization)
 */
export async function setGroupManagers(
  store: Store,
  caller: Caller,
  { groupId, userIds: named }: GroupManagersInput,
): Promise<Group> {
  const found = await readGroupFor(store, caller, groupId, "GROUPS_WRITE");
  const userIds = [...new Set(named)];
  const tooMany = new InputCheck();
  if (userIds.length > MOST_MANAGERS) tooMany.add("userIds", "INVALID", `must name at most ${MOST_MANAGERS} users`);
  tooMany.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const group = await readGroupForChange(unit, found);
    const { organizationId } = group;
    const members = await findMembersAmong(unit, organizationId, userIds);
    const check = new InputCheck();
    for (const [index, userId] of named.entries())
      if (!members.has(userId)) check.add(`userIds.${index}`, "UNKNOWN", "is not a member of the organization");
    check.finish();
    const before = await findManagerIds(unit, groupId);
    const added = userIds.filter((userId) => !before.includes(userId));
    const removed = before.filter((userId) => !members.has(userId));
    if (added.length === 0 && removed.length === 0) return group;
    if (added.length > 0) requireHolding(caller, organizationId, ["TRAINING_READ"]);
    await deleteManagers(unit, groupId, removed);
    await insertManagers(unit, groupId, added);
    await recordAudit(unit, {
      organizationId,
      action: "group.managers_changed",
      subject: { type: "group", id: groupId },
      before: { userIds: before },
      after: { userIds: userIds.toSorted() },
    });
    return group;
  });
}
