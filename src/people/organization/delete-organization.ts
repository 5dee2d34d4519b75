/** Deletes an organization with its data, and lists that data beforehand. */
import { causeOf, requireOperator, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { leaveOrganization } from "../membership/membership.changes.js";
import { findUser } from "../user/user.repository.js";
import { countParts, type CountedPart, type OrganizationPart } from "./organization-parts.js";
import { findOrganization, lockOrganization } from "./organization.repository.js";
import { requireNotOwner } from "./organization.rules.js";

/**
 * The data that the deletion of an organization would delete. For the operator.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readOrganizationDeletion(
  { reader }: Store,
  parts: readonly OrganizationPart[],
  caller: Caller,
  id: string,
): Promise<readonly CountedPart[]> {
  requireOperator(caller);
  if ((await findOrganization(reader, null, id)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
  return await countParts(reader, parts, id);
}

/**
 * Deletes an organization in one unit of work. Its people first leave other organizations, whose logs get the events. A
 * person who owns another organization prevents the deletion. The installation's audit log keeps an entry.
 *
 * @returns the deleted data
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT for a different short name, OWNER_PROTECTED
 */
export async function deleteOrganization(
  { begin }: Store,
  parts: readonly OrganizationPart[],
  caller: Caller,
  input: { readonly id: string; readonly confirmSlug: string },
): Promise<readonly CountedPart[]> {
  const { id, confirmSlug } = input;
  requireOperator(caller);
  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, id);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const check = new InputCheck();
    if (confirmSlug !== organization.slug)
      check.add("confirmSlug", "INVALID", "must be exactly the organization's short name");
    check.finish();
    const counted = await countParts(unit, parts, id);
    await leaveElsewhere(unit, id);
    for (const { remove } of parts) await remove?.(unit, id);
    await unit.execute("DELETE FROM organization WHERE id = ?", [id]);
    await recordAudit(unit, {
      organizationId: null,
      action: "organization.deleted",
      subject: { type: "organization", id },
      before: {
        name: organization.name,
        slug: organization.slug,
        parts: Object.fromEntries(counted.map(({ name, count }) => [name, count])),
      },
    });
    return counted;
  });
}

/** Removes the organization's people from all other organizations, which releases seats and appends events there. */
async function leaveElsewhere(unit: UnitOfWork, id: string): Promise<void> {
  const memberships = await unit.rows<{ organization_id: string; user_id: string }>(
    `SELECT m.organization_id, m.user_id FROM membership m JOIN app_user u ON u.id = m.user_id
      WHERE u.home_organization_id = ? AND m.organization_id <> ? ORDER BY m.organization_id, m.user_id`,
    [id, id],
  );
  for (const { organization_id: elsewhere, user_id: userId } of memberships) {
    const organization = await lockOrganization(unit, elsewhere);
    const user = await findUser(unit, elsewhere, userId);
    if (organization === null || user === null) continue;
    await requireNotOwner(unit, elsewhere, userId);
    await leaveOrganization(unit, organization, user);
  }
}
