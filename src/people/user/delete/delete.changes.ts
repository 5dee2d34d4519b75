/**
 * Deleting an account erases its person. Events and audit entries about the user remain with id, time, type, statuses,
 * roles and groups. Sign-in attempts remain with time, connection and outcome. Profiles of other people that name the
 * person as manager belong to those people, and stay.
 */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { redactAudit } from "../../../audit/redact-audit.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { appendEvent } from "../../../events/append-event.js";
import { redactEvents } from "../../../events/redact-events.js";
import { withdrawMemberships } from "../../group/group.changes.js";
import type { Organization } from "../../organization/organization.js";
import { releaseAllSeats } from "../../seat/seat-of-user.js";
import { linkReports } from "../profile/manager.changes.js";
import { describeAccount } from "../user.changes.js";
import { USER_DELETED } from "../user.events.js";
import { deleteUserRow, findMembershipsOf } from "../user.repository.js";
import type { User } from "../user.js";
import { findUsedSeat, type DeletionParts, type DeletionReason } from "./delete-guard.js";
import { redactPerson } from "./redact.js";

/** The reasons against the deletion of an account now. Every deletion asks for them first. */
export async function findReasonsAgainstDeletion(
  unit: UnitOfWork,
  { guards }: DeletionParts,
  user: User,
): Promise<readonly DeletionReason[]> {
  const reasons = [...(await findUsedSeat(unit, user.id, unit.now))];
  for (const guard of guards) reasons.push(...(await guard(unit, user)));
  return reasons;
}

/**
 * Deletes an account with its data, appends `user.deleted` and audits it. The caller locks the home organization, and looks
 * for reasons against the deletion first. Operations by hand also protect the owner and the last administrator.
 */
export async function deleteAccount(
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
  await recordAudit(unit, { organizationId: home.id, action: "user.deleted", subject: { type: "user", id } });
}
