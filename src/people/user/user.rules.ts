/** Protects the last administrator of an organization from changes by hand. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure } from "../../platform/errors/failure.js";
import { LAST_ADMINISTRATOR } from "../failures.js";
import { ADMINISTRATOR_ROLE, type Role } from "../role/role.js";
import { countOtherActiveHolders } from "./user.repository.js";
import type { User } from "./user.js";

/** Whether one of the roles is the built-in role of administrators. */
export function isAdministrator(roles: readonly Role[]): boolean {
  return roles.some((role) => role.key === ADMINISTRATOR_ROLE);
}

/**
 * Refuses to take the last active administrator from an organization. The caller locks the organization.
 *
 * @param roles the user's present roles there
 * @throws LAST_ADMINISTRATOR
 */
export async function requireAnotherAdministrator(
  unit: UnitOfWork,
  organizationId: string,
  user: User,
  roles: readonly Role[],
): Promise<void> {
  if (user.status !== "ACTIVE" || !isAdministrator(roles)) return;
  const role = { organizationId, roleKey: ADMINISTRATOR_ROLE };
  if ((await countOtherActiveHolders(unit, role, user.id)) === 0) throw new Failure(LAST_ADMINISTRATOR, {});
}
