/** Reads what a signed-in person's own pages show. */
import type { Reader } from "../../platform/database/database.js";
import { findRolesOfUsers } from "../role/role.repository.js";
import type { Role } from "../role/role.js";
import { findUser } from "./user.repository.js";
import type { User } from "./user.js";

/** A user with the roles in one organization; `null` when the user is not a member of it. */
export async function readAccount(
  reader: Reader,
  organizationId: string,
  userId: string,
): Promise<{ readonly user: User; readonly roles: readonly Role[] } | null> {
  const user = await findUser(reader, organizationId, userId);
  if (user === null) return null;
  const roles = await findRolesOfUsers(reader, organizationId, [userId]);
  return { user, roles: roles.get(userId) ?? [] };
}
