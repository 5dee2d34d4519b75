/** Sets the owner of an organization. */
import { causeOf, requireOperator, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { findRolesOfUsers } from "../role/role.repository.js";
import { findUser } from "../user/user.repository.js";
import { isAdministrator } from "../user/user.rules.js";
import type { Organization } from "./organization.js";
import { lockOrganization, updateOrganizationRow } from "./organization.repository.js";

/**
 * Makes an active administrator the owner. Only for the operator and the present owner, because an administrator with this
 * right could prevent their own removal.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function setOwner(
  { begin }: Store,
  caller: Caller,
  input: { readonly organizationId: string; readonly userId: string },
): Promise<Organization> {
  const { organizationId, userId } = input;
  if (caller.kind !== "PERSON") requireOperator(caller);
  else if (caller.organizationId !== organizationId) throw new Failure(NOT_FOUND, { type: "organization" });

  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await lockOrganization(unit, organizationId);
    if (before === null) throw new Failure(NOT_FOUND, { type: "organization" });
    if (caller.kind !== "PERSON" || before.ownerUserId !== caller.userId) requireOperator(caller);
    const user = await findUser(unit, organizationId, userId);
    const roles = (await findRolesOfUsers(unit, organizationId, [userId])).get(userId) ?? [];
    const check = new InputCheck();
    if (user?.status !== "ACTIVE" || !isAdministrator(roles))
      check.add("userId", "INVALID", "must be an active administrator of the organization");
    check.finish();
    if (before.ownerUserId === userId) return before;
    const after: Organization = { ...before, ownerUserId: userId, version: before.version + 1, updatedAt: unit.now };
    await updateOrganizationRow(unit, after);
    await recordAudit(unit, {
      organizationId,
      action: "organization.owner_changed",
      subject: { type: "organization", id: organizationId },
      before: { ownerUserId: before.ownerUserId },
      after: { ownerUserId: userId },
    });
    return after;
  });
}
