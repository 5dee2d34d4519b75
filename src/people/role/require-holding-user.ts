/** Sees to it that nobody opens an account to somebody that may do more than they may themselves. */
import { requireHolding, type Caller } from "../../access/caller.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, FORBIDDEN } from "../../platform/errors/failure.js";
import { findUser, isOperator } from "../user/user.repository.js";
import { findRolesOfUsers } from "./role.repository.js";

/**
 * Refuses unless the caller holds everything that a user holds in the home organization; a user who runs the installation
 * counts as holding everything. Roles that the user holds elsewhere do not count: they would take the home's people out of its hands.
 *
 * @throws FORBIDDEN, naming the permission; without its name for an account whose home is another organization than the
 *   caller's
 */
export async function requireHoldingUser(reader: Reader, caller: Caller, userId: string): Promise<void> {
  if (caller.kind === "OPERATOR" || caller.kind === "SYSTEM") return;
  if (await isOperator(reader, userId)) throw new Failure(FORBIDDEN, { permission: null });
  const home = (await findUser(reader, null, userId))?.homeOrganizationId;
  if (caller.kind === "ANONYMOUS" || home !== caller.organizationId) throw new Failure(FORBIDDEN, { permission: null });
  const roles = (await findRolesOfUsers(reader, home, [userId])).get(userId) ?? [];
  requireHolding(
    caller,
    home,
    roles.flatMap((role) => role.permissions),
  );
}
