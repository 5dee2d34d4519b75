/** Changes of users that every door shares: each writes its rows and tells the log, in the unit of work that it is given. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import { changesBetween } from "../../events/event-type.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers, replaceRoles, type RoleSource } from "../role/role.repository.js";
import { USER_CREATED, USER_UPDATED } from "./user.events.js";
import { insertUser, updateUserRow } from "./user.repository.js";
import { userSnapshot, type AuthMethod, type PersonFields, type User, type UserStatus } from "./user.js";

/** An account to make. */
export interface NewUser {
  readonly organizationId: string;
  readonly fields: PersonFields;
  readonly authMethod: AuthMethod;
  readonly status: UserStatus;
  readonly roles: readonly Role[];
  readonly roleSource: RoleSource;
}

/** Makes an account with its membership and roles, and tells `user.created`. */
export async function createAccount(unit: UnitOfWork, input: NewUser): Promise<User> {
  const user: User = {
    id: uuidv7(),
    homeOrganizationId: input.organizationId,
    ...input.fields,
    status: input.status,
    authMethod: input.authMethod,
    firstSignedInAt: null,
    lastSignedInAt: null,
    version: 1,
    createdAt: unit.now,
    updatedAt: unit.now,
  };
  await insertUser(unit, user);
  await replaceRoles(unit, { organizationId: input.organizationId, userId: user.id }, input.roles, input.roleSource);
  await appendEvent(unit, {
    organizationId: user.homeOrganizationId,
    type: USER_CREATED,
    subject: { id: user.id, version: user.version },
    data: { user: userSnapshot(user, input.roles), changed: null },
  });
  return user;
}

/** What is to change; fields that are left out stay. */
export interface UserChange {
  readonly fields: Partial<PersonFields>;
  /** All roles from now on, in the organization of the change; absent keeps them. */
  readonly roles?: { readonly values: readonly Role[]; readonly source: RoleSource };
}

/** Changes an account, and tells `user.updated` with before and after; does nothing at all where nothing differs. */
export async function changeAccount(
  unit: UnitOfWork,
  organizationId: string,
  before: User,
  change: UserChange,
): Promise<User> {
  const rolesBefore = (await findRolesOfUsers(unit, organizationId, [before.id])).get(before.id) ?? [];
  const roles = change.roles?.values ?? rolesBefore;
  const fields = { ...before, ...change.fields };
  const changed = changesBetween(userSnapshot(before, rolesBefore), userSnapshot(fields, roles));
  if (changed === null) return before;
  const after: User = { ...fields, version: before.version + 1, updatedAt: unit.now };
  await updateUserRow(unit, before, after);
  if (change.roles)
    await replaceRoles(unit, { organizationId, userId: after.id }, change.roles.values, change.roles.source);
  await appendEvent(unit, {
    organizationId: after.homeOrganizationId,
    type: USER_UPDATED,
    subject: { id: after.id, version: after.version },
    data: { user: userSnapshot(after, roles), changed },
  });
  return after;
}
