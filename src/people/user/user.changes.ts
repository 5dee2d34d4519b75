/** Changes users and appends the events in the caller's unit of work. GraphQL, provisioning and directories use this file. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudits } from "../../audit/record-audit.js";
import { appendEvent, appendEvents } from "../../events/append-event.js";
import { changesBetween } from "../../events/event-type.js";
import { placeholders } from "../../platform/database/statements.js";
import { Failure } from "../../platform/errors/failure.js";
import { foldCase } from "../../platform/text.js";
import { unproveAddress } from "../credential/credential.changes.js";
import { endPasswordLinks } from "../credential/one-time-token.repository.js";
import { findCredential } from "../credential/credential.repository.js";
import { FIELD_OVERRULED } from "../failures.js";
import type { Organization } from "../organization/organization.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers, replaceRoles, replaceRolesOfMany, type RoleSource } from "../role/role.repository.js";
import {
  chooseWinners,
  corePersonOf,
  findOverruled,
  planFields,
  profileOf,
  type FieldValue,
  type GivenFields,
} from "./profile/field.js";
import { findFieldsOfUsers, insertFields, writeFields } from "./profile/field.repository.js";
import { changeManager, linkReports } from "./profile/manager.changes.js";
import { USER_CREATED, USER_EMAIL_CHANGED, USER_ROLE_CHANGED, USER_UPDATED } from "./user.events.js";
import { claimLoginAddress } from "./email-rule.js";
import { insertUser, raiseVersions, updateUserRow } from "./user.repository.js";
import { seenIn, userSnapshot, type AuthMethod, type User, type UserSnapshot, type UserStatus } from "./user.js";

/** The part of an organization that changes of its users need. */
export type Home = Pick<Organization, "id" | "name" | "policies">;

/** An account to create. The given fields contain the address and both names. */
export interface NewUser {
  readonly given: GivenFields;
  readonly authMethod: AuthMethod;
  readonly status: UserStatus;
  readonly roles: readonly Role[];
  /** The source of all roles, or a function that returns the source of each. */
  readonly roleSource: RoleSource | ((role: Role) => RoleSource);
}

/** A new account, and the account as events show it. */
export interface CreatedAccount {
  readonly user: User;
  readonly snapshot: UserSnapshot;
}

/** Creates an account with its membership, roles and fields, and appends `user.created`. */
export async function createAccount(unit: UnitOfWork, home: Home, input: NewUser): Promise<CreatedAccount> {
  const writes = planFields([], input.given, unit.now);
  const winners = chooseWinners(writes.after, home.policies.fieldPrecedence);
  const user: User = {
    id: uuidv7(),
    homeOrganizationId: home.id,
    ...corePersonOf(winners, null),
    status: input.status,
    authMethod: input.authMethod,
    breakGlass: false,
    firstSignedInAt: null,
    lastSignedInAt: null,
    version: 1,
    createdAt: unit.now,
    updatedAt: unit.now,
  };
  await insertUser(unit, user);
  if (user.authMethod === "PASSWORD") await claimLoginAddress(unit, home.name, user);
  await insertFields(unit, user.id, writes.put);
  await replaceRoles(unit, { organizationId: home.id, userId: user.id }, input.roles, input.roleSource);
  const profile = profileOf(winners);
  await changeManager(unit, { organizationId: home.id, userId: user.id }, undefined, profile["managerEmail"]);
  await linkReports(unit, home.id, user.email);
  const snapshot = userSnapshot(user, { roles: input.roles, groupIds: [], profile });
  await appendEvent(unit, {
    organizationId: home.id,
    type: USER_CREATED,
    subject: { id: user.id, version: user.version },
    data: { user: snapshot, changed: null },
  });
  return { user, snapshot };
}

/** A change of a user. Absent parts stay unchanged. */
export interface UserChange {
  /** New values of one source. */
  readonly given?: GivenFields;
  /**
   * Whether to refuse values that a source with higher precedence hides, so that a caller who changes a field by hand
   * sees an error.
   */
  readonly mustBeShown?: boolean;
  /** The new roles in the home organization, which replace all present ones. */
  readonly roles?: { readonly values: readonly Role[]; readonly source: RoleSource | ((role: Role) => RoleSource) };
}

/** A changed account, with its snapshots before and after. */
export interface ChangedAccount {
  readonly user: User;
  readonly before: UserSnapshot;
  readonly after: UserSnapshot;
}

/**
 * Changes an account in its home organization. Appends `user.updated` if a shown field changed, `user.email_changed` too
 * if the address changed, and `user.role_changed` if the roles changed. Writes nothing if nothing differs.
 *
 * @throws FIELD_OVERRULED under `mustBeShown`
 */
export async function changeAccount(
  unit: UnitOfWork,
  home: Home,
  before: User,
  change: UserChange,
): Promise<ChangedAccount> {
  const known = await describeAccount(unit, home, before);
  const writes = change.given ? planFields(known.fields, change.given, unit.now) : null;
  if (writes && change.given && change.mustBeShown)
    requireShown(findOverruled(writes, change.given, home.policies.fieldPrecedence));
  const winners = chooseWinners(writes?.after ?? known.fields, home.policies.fieldPrecedence);
  const roles = change.roles?.values ?? known.roles;
  const person = { ...before, ...(writes ? corePersonOf(winners, before) : {}) };
  const after = userSnapshot(person, { roles, groupIds: known.groupIds, profile: profileOf(winners) });
  if (writes) await writeFields(unit, before.id, writes);
  if (change.roles)
    await replaceRoles(unit, { organizationId: home.id, userId: before.id }, change.roles.values, change.roles.source);

  const { roles: rolesBefore, ...fieldsBefore } = known.snapshot;
  const { roles: rolesAfter, ...fieldsAfter } = after;
  const otherAddress = foldCase(before.email) !== foldCase(person.email);
  const events = [
    { type: USER_UPDATED, changed: changesBetween(fieldsBefore, fieldsAfter) },
    {
      type: USER_EMAIL_CHANGED,
      changed: otherAddress ? changesBetween({ email: before.email }, { email: after.email }) : null,
    },
    { type: USER_ROLE_CHANGED, changed: changesBetween({ roles: rolesBefore }, { roles: rolesAfter }) },
  ].filter(({ changed }) => changed !== null);
  if (events.length === 0) return { user: before, before: known.snapshot, after: known.snapshot };

  const user: User = { ...person, version: before.version + 1, updatedAt: unit.now };
  await updateUserRow(unit, before, user);
  const report = { organizationId: home.id, userId: user.id };
  await changeManager(unit, report, known.snapshot.profile["managerEmail"], after.profile["managerEmail"]);
  if (otherAddress) {
    // Whoever reads the earlier mailbox must not set the password, and a link mailed there must not prove the new address.
    await endPasswordLinks(unit, user.id);
    const hasPassword = (await findCredential(unit, user.id)) !== null;
    if (hasPassword) await unproveAddress(unit, user.id);
    if (hasPassword || user.authMethod === "PASSWORD") await claimLoginAddress(unit, home.name, user);
    for (const email of [before.email, user.email]) await linkReports(unit, home.id, email);
  }
  for (const { type, changed } of events)
    await appendEvent(unit, {
      organizationId: home.id,
      type,
      subject: { id: user.id, version: user.version },
      data: { user: after, changed },
    });
  return { user, before: known.snapshot, after };
}

function requireShown(overruled: readonly FieldValue[]): void {
  if (overruled.length > 0)
    throw new Failure(FIELD_OVERRULED, { fields: overruled.map(({ field, source }) => ({ field, source })) });
}

/** An account's snapshot, and the values of all sources for its fields. */
export interface DescribedAccount {
  readonly snapshot: UserSnapshot;
  readonly fields: readonly FieldValue[];
  readonly roles: readonly Role[];
  readonly groupIds: readonly string[];
}

/** Reads an account as an organization's events show it. A guest lacks the fields that only the home organization sees. */
export async function describeAccount(unit: UnitOfWork, home: Home, user: User): Promise<DescribedAccount> {
  const described = (await describeAccounts(unit, home, [user])).get(user.id);
  if (described === undefined) throw new Error(`user ${user.id} was not described`);
  return described;
}

/** Describes several accounts. Three statements are enough for any number of accounts. */
async function describeAccounts(
  unit: UnitOfWork,
  { id, policies }: Home,
  users: readonly User[],
): Promise<ReadonlyMap<string, DescribedAccount>> {
  const ids = users.map((user) => user.id);
  const own = users.filter(({ homeOrganizationId }) => homeOrganizationId === id);
  const fieldsOf = await findFieldsOfUsers(
    unit,
    null,
    own.map((user) => user.id),
  );
  const rolesOf = await findRolesOfUsers(unit, id, ids);
  const groupIdsOf = await findGroupIdsOf(unit, id, ids);
  return new Map(
    users.map((user) => {
      const fields = fieldsOf.get(user.id) ?? [];
      const roles = rolesOf.get(user.id) ?? [];
      const groupIds = groupIdsOf.get(user.id) ?? [];
      const profile = profileOf(chooseWinners(fields, policies.fieldPrecedence));
      const snapshot = userSnapshot(seenIn(id, user), { roles, groupIds, profile });
      return [user.id, { snapshot, fields, roles, groupIds }];
    }),
  );
}

async function findGroupIdsOf(
  unit: UnitOfWork,
  organizationId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const byUser = new Map<string, string[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const rows = await unit.rows<{ user_id: string; id: string }>(
    `SELECT DISTINCT m.user_id, g.id FROM group_member m JOIN user_group g ON g.id = m.group_id
      WHERE m.user_id IN (${placeholders(userIds)}) AND g.organization_id = ? ORDER BY g.id`,
    [...userIds, organizationId],
  );
  for (const { user_id, id } of rows) byUser.get(user_id)?.push(id);
  return byUser;
}

/** The new roles of an account, which replace all present ones. */
export interface RoleChange {
  readonly user: User;
  readonly roles: readonly Role[];
  readonly source: (role: Role) => RoleSource;
}

/**
 * Replaces the roles of several accounts in their home organization, at most 500. Appends `user.role_changed` and records
 * an audit entry for each account whose roles differ. The number of statements does not depend on the number of accounts.
 */
export async function changeRolesOfMany(unit: UnitOfWork, home: Home, changes: readonly RoleChange[]): Promise<void> {
  if (changes.length === 0) return;
  const known = await describeAccounts(
    unit,
    home,
    changes.map(({ user }) => user),
  );
  await replaceRolesOfMany(
    unit,
    home.id,
    changes.map(({ user, roles, source }) => ({ userId: user.id, roles, source })),
  );
  const changed = changes.flatMap(({ user, roles }) => {
    const before = known.get(user.id)?.snapshot;
    if (before === undefined) return [];
    const after = { ...before, roles: roles.map(({ key }) => key) };
    const difference = changesBetween({ roles: before.roles }, { roles: after.roles });
    return difference === null ? [] : [{ user, before, after, changed: difference }];
  });
  if (changed.length === 0) return;
  await raiseVersions(
    unit,
    changed.map(({ user }) => user.id),
  );
  await appendEvents(
    unit,
    home.id,
    changed.map(({ user, after, changed: difference }) => ({
      type: USER_ROLE_CHANGED,
      subject: { id: user.id, version: user.version + 1 },
      data: { user: after, changed: difference },
    })),
  );
  await recordAudits(
    unit,
    changed.map(({ user, before, after }) => ({
      organizationId: home.id,
      action: "user.role_changed",
      subject: { type: "user", id: user.id },
      before: { roles: before.roles },
      after: { roles: after.roles },
    })),
  );
}
