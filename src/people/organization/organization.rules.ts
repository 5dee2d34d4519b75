/** Protects the owner of an organization from changes by hand. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure } from "../../platform/errors/failure.js";
import { OWNER_PROTECTED } from "../failures.js";

/**
 * Refuses a change by hand that would demote, disable, archive, remove or delete an organization's owner. The caller
 * locks the organization and calls it in the unit of work of the change. A deprovisioning by the identity provider does not
 * call it, because it always ends access.
 *
 * @throws OWNER_PROTECTED
 */
export async function requireNotOwner(unit: UnitOfWork, organizationId: string, userId: string): Promise<void> {
  const row = await unit.row<{ owner_user_id: string | null }>("SELECT owner_user_id FROM organization WHERE id = ?", [
    organizationId,
  ]);
  if (row?.owner_user_id === userId) throw new Failure(OWNER_PROTECTED, { organizationId });
}
