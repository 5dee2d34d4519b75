/**
 * Deleting an account erases its person. Events and audit entries about the user remain with id, time, type, statuses,
 * roles and groups. Sign-in attempts remain with time, connection and outcome. Profiles of other people that name the
 * person as manager belong to those people, and stay.
 */
import { causeOf, type Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { redactAudit } from "../../../audit/redact-audit.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { appendEvent } from "../../../events/append-event.js";
import { redactEvents } from "../../../events/redact-events.js";
import { Failure } from "../../../platform/errors/failure.js";
import { DELETION_REFUSED } from "../../failures.js";
import { withdrawMemberships } from "../../group/group.changes.js";
import type { Organization } from "../../organization/organization.js";
import { requireNotOwner } from "../../organization/organization.rules.js";
import { findRolesOfUsers } from "../../role/role.repository.js";
import { findUsedSeat, type DeletionParts } from "./delete-guard.js";
import { linkReports } from "../profile/manager.changes.js";
import { redactPerson } from "./redact.js";
import { releaseAllSeats } from "../../seat/seat-of-user.js";
import { findAccountToChange, lockAccount } from "../status/status.operations.js";
import { describeAccount } from "../user.changes.js";
import { USER_DELETED } from "../user.events.js";
import { showMember } from "../user.access.js";
import { deleteUserRow, findMembershipsOf } from "../user.repository.js";
import { requireAnotherAdministrator } from "../user.rules.js";
import type { Member, User } from "../user.js";

/**
 * Deletes an account of the caller's organization and erases its person.
 *
 * @returns the user before the deletion
 * @throws UNAUTHENTICATED, FORBIDDEN (also for members whose home is another organization), NOT_FOUND, DELETION_REFUSED,
 *   LAST_ADMINISTRATOR, OWNER_PROTECTED
 */
export async function deleteUser(store: Store, parts: DeletionParts, caller: Caller, id: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, id);
    await requireNotOwner(unit, organizationId, id);
    const roles = (await findRolesOfUsers(unit, organizationId, [id])).get(id) ?? [];
    await requireAnotherAdministrator(unit, organizationId, user, roles);
    await requireDeletable(unit, parts, user);
    await eraseAccount(unit, parts, organization, user);
    await recordAudit(unit, { organizationId, action: "user.deleted", subject: { type: "user", id } });
    return showMember(caller, user, organizationId);
  });
}

/**
 * Refuses to delete an account while there are reasons against it. Every deletion calls it. SCIM only archives accounts.
 *
 * @throws DELETION_REFUSED with every reason
 */
async function requireDeletable(unit: UnitOfWork, { guards }: DeletionParts, user: User): Promise<void> {
  const reasons = [...(await findUsedSeat(unit, user.id, unit.now))];
  for (const guard of guards) reasons.push(...(await guard(unit, user)));
  if (reasons.length > 0) throw new Failure(DELETION_REFUSED, { reasons });
}

/**
 * Deletes an account with its data and appends `user.deleted`. The caller locks the home organization, and
 * protects the owner and the last administrator.
 */
async function eraseAccount(
  unit: UnitOfWork,
  { erasers }: DeletionParts,
  home: Organization,
  user: User,
): Promise<void> {
  const { id } = user;
  const { snapshot } = await describeAccount(unit, home, user);
  for (const organizationId of await findMembershipsOf(unit, id))
    await withdrawMemberships(unit, { organizationId, userId: id });
  await releaseAllSeats(unit, home, id);
  await appendEvent(unit, {
    organizationId: home.id,
    type: USER_DELETED,
    subject: { id, version: user.version + 1 },
    data: { user: snapshot, changed: null },
  });
  for (const erase of erasers) await erase(unit, user);
  await redactEvents(unit, { type: "user", id }, redactPerson);
  await redactAudit(unit, { type: "user", id }, redactPerson);
  // Foreign keys delete memberships, roles, fields, terms, sessions, password, links and identities.
  await deleteUserRow(unit, id);
  await linkReports(unit, home.id, user.email);
}
