/** Sees to it that nobody opens an account to somebody that may do more than they may themselves. */
import { requireHolding, type Caller } from "../../access/caller.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, FORBIDDEN } from "../../platform/errors/failure.js";
import { findMembershipsOf, isOperator } from "../user/user.repository.js";
import { findRolesOfUsers } from "./role.repository.js";

/**
 * Refuses unless the caller holds everything that a user holds, in every organization that the user belongs to; who runs
 * the installation holds everything.
 *
 * @throws FORBIDDEN naming a permission of the caller's own organization, and none of another
 */
export async function requireHoldingUser(reader: Reader, caller: Caller, userId: string): Promise<void> {
  if (caller.kind === "OPERATOR" || caller.kind === "SYSTEM") return;
  if (await isOperator(reader, userId)) throw new Failure(FORBIDDEN, { permission: null });
  const own = caller.kind === "ANONYMOUS" ? null : caller.organizationId;
  for (const organizationId of await findMembershipsOf(reader, userId)) {
    const roles = (await findRolesOfUsers(reader, organizationId, [userId])).get(userId) ?? [];
    const permissions = roles.flatMap((role) => role.permissions);
    if (organizationId === own) requireHolding(caller, organizationId, permissions);
    else if (permissions.length > 0) throw new Failure(FORBIDDEN, { permission: null });
  }
}
