/** Creates, changes and removes the users of a directory, with their accounts, in the caller's unit of work. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { withdrawMemberships } from "../../../people/group/group.changes.js";
import { findGroupIdsOfSource } from "../../../people/group/group-member.repository.js";
import { findRolesOf } from "../../../people/role/role.repository.js";
import { requireSeat, takeSeats } from "../../../people/seat/seat-of-user.js";
import { deleteAccount, findReasonsAgainstDeletion } from "../../../people/user/delete/delete.changes.js";
import type { DeletionParts } from "../../../people/user/delete/delete-guard.js";
import type { FieldName } from "../../../people/user/profile/field-name.js";
import { findFieldsOf } from "../../../people/user/profile/field.repository.js";
import type { FieldValues } from "../../../people/user/profile/field.js";
import { requireNotBreakGlass } from "../../../people/user/break-glass/break-glass.rules.js";
import { forgetDirectory } from "../../../people/user/managed.js";
import { changeStatus } from "../../../people/user/status/status.changes.js";
import { findTransition, type StatusAction } from "../../../people/user/status/user-status.js";
import { changeAccount, createAccount, type ChangedAccount } from "../../../people/user/user.changes.js";
import { findPasswordUser, findPreparedUsersByEmail, findUser } from "../../../people/user/user.repository.js";
import type { User } from "../../../people/user/user.js";
import { changesBetween } from "../../../events/event-type.js";
import { Failure } from "../../../platform/errors/failure.js";
import { foldCase } from "../../../platform/text.js";
import { DIRECTORY_ADDRESS_TAKEN } from "../failures.js";
import { giveRoles } from "../../give-roles.js";
import { applyRules, decideAccess } from "../rules/apply-rules.js";
import { applyUserRules, readSaid } from "../rules/apply-user-rules.js";
import { claimsOf, namedRolesOf } from "../rules/claims.js";
import { hasAccessRules, readRules, type DirectoryRules } from "../rules/directory-rules.js";
import { mapFields } from "../rules/map-fields.js";
import { removeWithBrake } from "../brake/removal-brake.js";
import type { DeprovisionAction } from "../stored/directory.js";
import { findAccount } from "./find-account.js";
import type { ActingDirectory } from "../log/request.js";
import { deleteResource, insertResource, requireFreeNames, updateResource } from "./resource.repository.js";
import type { DirectoryUser, Resource } from "./resource.js";
import { deleteTombstones, insertTombstone } from "./tombstone.repository.js";

/**
 * Adds a user to a directory. Restores the account that the directory deleted before, takes over a prepared account, or
 * creates one.
 *
 * @throws DIRECTORY_VALUE_TAKEN, DIRECTORY_ADDRESS_TAKEN, SEATS_FULL, ROLE_NOT_ASSIGNABLE, RULES_TOO_COSTLY
 */
export async function createDirectoryUser(
  unit: UnitOfWork,
  acting: ActingDirectory,
  given: DirectoryUser,
): Promise<Resource> {
  const { directory } = acting;
  const rules = await readRules(unit, acting);
  const person = { ...given, fields: mapFields(rules.mappings, given) };
  await requireFreeNames(unit, directory.id, "USER", person, null);
  const found = await findAccount(unit, acting, person);
  const user = found.kind === "NEW" ? await createUserAccount(unit, acting, rules, person) : found.user;
  if (found.kind !== "NEW") {
    const changed = await changeFields(unit, acting, rules, found.user, { values: person.fields });
    // The directory undoes its own deletion. It does not enable an account that an administrator disabled.
    if (!person.active) await deprovision(unit, acting, changed.user, directory.deprovisionAction);
    else if (found.kind === "RESTORE") await restore(unit, acting, changed.user);
  }
  await deleteTombstones(unit, directory.id, person, user.id);
  const resource = await insertResource(unit, { directoryId: directory.id, kind: "USER", subjectId: user.id }, person);
  await applyUserRules(unit, acting, rules, { userId: user.id, was: null, is: person.document });
  return resource;
}

/**
 * Changes a user of a directory, and the account with it.
 *
 * @param wasGiven what the directory said of the user before
 * @throws DIRECTORY_VALUE_TAKEN, DIRECTORY_ADDRESS_TAKEN, SEATS_FULL, ROLE_NOT_ASSIGNABLE, RULES_TOO_COSTLY,
 *   BREAK_GLASS_PROTECTED
 */
export async function changeDirectoryUser(
  unit: UnitOfWork,
  acting: ActingDirectory,
  before: Resource,
  wasGiven: DirectoryUser,
  given: DirectoryUser,
): Promise<Resource> {
  if (JSON.stringify(before.document) === JSON.stringify(given.document)) return before;
  const { directory, organization } = acting;
  const rules = await readRules(unit, acting);
  const [was, person] = [wasGiven, given].map((each) => ({ ...each, fields: mapFields(rules.mappings, each) })) as [
    DirectoryUser,
    DirectoryUser,
  ];
  await requireFreeNames(unit, directory.id, "USER", person, before.id);
  const account = await findUser(unit, organization.id, before.subjectId);
  if (account === null) throw new Error(`the resource ${before.id} has no account`);
  requireNotBreakGlass(account);
  const { email } = person.fields;
  if (email != null && foldCase(email) !== foldCase(account.email)) await requireFreeAddress(unit, account, email);
  const withdrawn = (Object.keys(was.fields) as FieldName[]).filter((field) => !(field in person.fields));
  const { user } = await changeFields(unit, acting, rules, account, { values: person.fields, withdrawn });
  if (was.active && !person.active) await deprovision(unit, acting, user, directory.deprovisionAction);
  if (!was.active && person.active) await restore(unit, acting, user);
  await applyUserRules(unit, acting, rules, { userId: user.id, was: before.document, is: person.document });
  return await updateResource(unit, before, person);
}

/**
 * Removes a user from a directory and ends the access of the account, as the directory's policy says.
 *
 * @throws BREAK_GLASS_PROTECTED
 */
export async function removeDirectoryUser(
  unit: UnitOfWork,
  acting: ActingDirectory,
  parts: DeletionParts,
  resource: Resource,
): Promise<void> {
  const { directory, organization } = acting;
  const user = await findUser(unit, organization.id, resource.subjectId);
  if (user === null) throw new Error(`the resource ${resource.id} has no account`);
  requireNotBreakGlass(user);
  const source = { kind: "SCIM", id: directory.id } as const;
  const rules = await readRules(unit, acting);
  const said = hasAccessRules(rules) ? await readSaid(unit, directory.id, user.id, resource.document) : null;
  const groupIds = await findGroupIdsOfSource(unit, user.id, source);
  const isDeleted =
    directory.deprovisionAction === "DELETE" &&
    organization.ownerUserId !== user.id &&
    (await findReasonsAgainstDeletion(unit, parts, user)).length === 0;
  const { id: resourceId } = resource;
  const removed = { directoryId: directory.id, resourceId, email: user.email };
  // The brake counts the directory's users, so it must run before the resource is deleted.
  await removeWithBrake(unit, acting, user, async () => {
    await insertTombstone(unit, { ...removed, userId: isDeleted ? null : user.id });
    await deleteResource(unit, resource.id);
    if (isDeleted) {
      await deleteAccount(unit, parts, organization, user);
      return;
    }
    await withdrawMemberships(unit, {
      organizationId: organization.id,
      userId: user.id,
      memberships: groupIds.map((groupId) => ({ groupId, source })),
    });
    if (said !== null)
      await applyRules(unit, acting, rules, [
        { userId: user.id, was: said, is: { claims: {}, groups: [] }, namedRoles: [] },
      ]);
    await forgetDirectory(unit, directory.id, user.id);
    // Reads the account again, because a change of roles raised its version.
    const current = said === null ? user : ((await findUser(unit, organization.id, user.id)) ?? user);
    await applyStatus(unit, acting, current, ACTION_AFTER[directory.deprovisionAction]);
  });
}

async function createUserAccount(
  unit: UnitOfWork,
  { directory, organization }: ActingDirectory,
  rules: DirectoryRules,
  { fields, active, document }: DirectoryUser,
): Promise<User> {
  if (active) await requireSeat(unit, organization, { id: null, isNew: true });
  const roles = await findRolesOf(unit, organization.id);
  // A new user is in no group yet. Rules on groups decide when the provider adds the user to one.
  const said = { claims: claimsOf(document), groups: null };
  const decided = decideAccess(
    rules,
    organization,
    roles,
    { was: null, is: said, namedRoles: namedRolesOf(document) },
    { roles: [], memberships: [], merged: false },
  );
  const given = giveRoles(decided.roles, roles, rules.giver);
  const { user, snapshot } = await createAccount(unit, organization, {
    given: { source: "SCIM", sourceId: directory.id, values: fields },
    authMethod: "SSO",
    status: active ? "ACTIVE" : STATUS_AFTER[directory.deprovisionAction],
    roles: given?.values ?? [],
    roleSource: given?.source ?? "DEFAULT",
  });
  if (active) await takeSeats(unit, organization, user.id);
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.created",
    subject: { type: "user", id: user.id },
    after: snapshot,
  });
  return user;
}

/** Deactivation never deletes an account, even under the action `DELETE`. Only a DELETE request does. */
const STATUS_AFTER = { ARCHIVE: "ARCHIVED", DISABLE: "DISABLED", DELETE: "ARCHIVED" } as const;
const ACTION_AFTER = { ARCHIVE: "ARCHIVE", DISABLE: "DISABLE", DELETE: "ARCHIVE" } as const;

async function changeFields(
  unit: UnitOfWork,
  { directory, organization }: ActingDirectory,
  { policies }: DirectoryRules,
  account: User,
  { values: supplied, withdrawn = [] }: { readonly values: FieldValues; readonly withdrawn?: readonly FieldName[] },
): Promise<ChangedAccount> {
  const values = policies.profileUpdate === "FIRST_VALUE" ? await keepPresent(unit, account, supplied) : supplied;
  const given = { source: "SCIM", sourceId: directory.id, values, withdrawn } as const;
  const changed = await changeAccount(unit, organization, account, { given });
  if (changesBetween(changed.before, changed.after) !== null)
    await recordAudit(unit, {
      organizationId: organization.id,
      action: "user.updated",
      subject: { type: "user", id: account.id },
      before: changed.before,
      after: changed.after,
    });
  return changed;
}

/** Under `FIRST_VALUE` a directory fills only the fields that have no value from any source. */
async function keepPresent(unit: UnitOfWork, { id }: User, supplied: FieldValues): Promise<FieldValues> {
  const filled = new Set((await findFieldsOf(unit, id)).filter(({ value }) => value !== "").map(({ field }) => field));
  return Object.fromEntries(Object.entries(supplied).filter(([field]) => !filled.has(field as FieldName)));
}

/** @throws DIRECTORY_ADDRESS_TAKEN if an account with a password, or an account that is prepared, has the address */
async function requireFreeAddress(unit: UnitOfWork, account: User, email: string): Promise<void> {
  const { id, homeOrganizationId } = account;
  const password = await findPasswordUser(unit, homeOrganizationId, email);
  const prepared =
    account.firstSignedInAt === null ? await findPreparedUsersByEmail(unit, homeOrganizationId, email) : [];
  if ([password, ...prepared].some((other) => other !== null && other.id !== id))
    throw new Failure(DIRECTORY_ADDRESS_TAKEN, { email });
}

/** Ends the access of an account, even of the last administrator or the owner. Sessions end in the same unit of work. */
async function deprovision(
  unit: UnitOfWork,
  acting: ActingDirectory,
  user: User,
  action: DeprovisionAction,
): Promise<void> {
  await removeWithBrake(unit, acting, user, () => applyStatus(unit, acting, user, ACTION_AFTER[action]));
}

async function restore(unit: UnitOfWork, acting: ActingDirectory, user: User): Promise<void> {
  if (user.status === "ARCHIVED") await applyStatus(unit, acting, user, "RESTORE");
  if (user.status === "DISABLED") await applyStatus(unit, acting, user, "ENABLE");
}

const AUDIT_ACTIONS = {
  ARCHIVE: "user.archived",
  DISABLE: "user.disabled",
  RESTORE: "user.restored",
  ENABLE: "user.enabled",
} as const;

/** Applies an action where it is possible. An archived account is not disabled, because it has no access already. */
async function applyStatus(
  unit: UnitOfWork,
  { organization }: ActingDirectory,
  user: User,
  action: keyof typeof AUDIT_ACTIONS & StatusAction,
): Promise<void> {
  if (findTransition(user.status, action).kind !== "TO") return;
  const changed = await changeStatus(unit, organization, user, action);
  if (changed === null) return;
  await recordAudit(unit, {
    organizationId: organization.id,
    action: AUDIT_ACTIONS[action],
    subject: { type: "user", id: user.id },
    before: { status: changed.before.status },
    after: { status: changed.after.status },
  });
}
