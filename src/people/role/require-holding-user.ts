/** Refuses changes by which a caller could take over an account with more permissions. */
import { requireHolding, type Caller } from "../../access/caller.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, FORBIDDEN } from "../../platform/errors/failure.js";
import { findUser } from "../user/user.repository.js";
import { findRolesOfUsers } from "./role.repository.js";

/**
 * Refuses a caller who lacks a permission that the user holds in the home organization. The user's roles in other
 * organizations do not count: they would keep the home organization from managing its own people.
 *
 * @throws FORBIDDEN, with the missing permission unless the account has another home organization
 */
export async function requireHoldingUser(reader: Reader, caller: Caller, userId: string): Promise<void> {
  if (caller.kind === "OPERATOR" || caller.kind === "SYSTEM") return;
  const home = (await findUser(reader, null, userId))?.homeOrganizationId;
  if (caller.kind === "ANONYMOUS" || home !== caller.organizationId) throw new Failure(FORBIDDEN, { permission: null });
  const roles = (await findRolesOfUsers(reader, home, [userId])).get(userId) ?? [];
  requireHolding(
    caller,
    home,
    roles.flatMap((role) => role.permissions),
  );
}
