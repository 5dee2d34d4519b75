/** Deletes accounts by hand. */
import { causeOf, type Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import { Failure } from "../../../platform/errors/failure.js";
import { DELETION_REFUSED } from "../../failures.js";
import { requireNotOwner } from "../../organization/organization.rules.js";
import { findRolesOfUsers } from "../../role/role.repository.js";
import { requireAnotherBreakGlass } from "../break-glass/break-glass.rules.js";
import type { DeletionParts } from "./delete-guard.js";
import { deleteAccount, findReasonsAgainstDeletion } from "./delete.changes.js";
import { findAccountToChange, lockAccount } from "../status/status.operations.js";
import { showMember } from "../user.access.js";
import { requireAnotherAdministrator } from "../user.rules.js";
import type { Member } from "../user.js";

/**
 * Deletes an account of the caller's organization and erases its person.
 *
 * @returns the user before the deletion
 * @throws UNAUTHENTICATED, FORBIDDEN (also for members whose home is another organization), NOT_FOUND, DELETION_REFUSED,
 *   LAST_ADMINISTRATOR, OWNER_PROTECTED, LAST_BREAK_GLASS
 */
export async function deleteUser(store: Store, parts: DeletionParts, caller: Caller, id: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, id);
    await requireNotOwner(unit, organizationId, id);
    const roles = (await findRolesOfUsers(unit, organizationId, [id])).get(id) ?? [];
    await requireAnotherAdministrator(unit, organizationId, user, roles);
    await requireAnotherBreakGlass(unit, organization, user);
    const reasons = await findReasonsAgainstDeletion(unit, parts, user);
    if (reasons.length > 0) throw new Failure(DELETION_REFUSED, { reasons });
    await deleteAccount(unit, parts, organization, user);
    return showMember(caller, user, organizationId);
  });
}
