/** Finds the roles that an input names. Refuses roles with permissions that the caller does not hold. */
import { requireHolding } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import type { Role } from "./role.js";
import { findRolesOf } from "./role.repository.js";

/**
 * The roles of an organization with these keys, the highest first.
 *
 * @param path the path of the keys in the input
 * @throws INVALID_INPUT for an unknown key
 */
export async function chooseRoles(
  unit: UnitOfWork,
  organizationId: string,
  keys: readonly string[],
  path = "roleKeys",
): Promise<Role[]> {
  const roles = await findRolesOf(unit, organizationId);
  const message = `must be a role of the organization: ${roles.map((role) => role.key).join(", ")}`;
  const fields = keys
    .filter((key) => !roles.some((role) => role.key === key))
    .map(() => ({ path, code: "UNKNOWN" as const, message }));
  if (fields.length > 0) throw new Failure(INVALID_INPUT, { fields });
  return roles.filter((role) => keys.includes(role.key));
}

/**
 * Refuses to give roles with permissions that the caller does not hold.
 *
 * @throws FORBIDDEN naming the first permission that the caller lacks
 */
export function requireHoldingRoles(unit: UnitOfWork, organizationId: string, given: readonly Role[]): void {
  requireHolding(
    unit.caller,
    organizationId,
    given.flatMap((role) => role.permissions),
  );
}
