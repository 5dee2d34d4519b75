/** Reads and writes users and their memberships. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import { toBoolean, toDate, toDateOrNull } from "../../platform/database/values.js";
import type { Condition } from "../../platform/graphql/keyset.js";
import { foldCase } from "../../platform/text.js";
import { changeTerms, insertTerms, termsOf } from "./list/search-terms.js";
import { accountsIn, type AccountScope } from "./user.access.js";
import {
  seenIn,
  toGuest,
  type AddressHolder,
  type AuthMethod,
  type SeenUser,
  type User,
  type UserStatus,
} from "./user.js";
import { UserRow } from "./user.row.js";

/** A user as a query returns it. */
export interface RawUser {
  id: string;
  home_organization_id: string;
  email: string;
  username: string | null;
  first_name: string;
  last_name: string;
  full_name: string;
  employee_id: string | null;
  status: string;
  auth_method: string;
  is_break_glass: unknown;
  first_signed_in_at: unknown;
  last_signed_in_at: unknown;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawUser`, of the table alias `u`. */
export const USER_COLUMNS = `u.id, u.home_organization_id, u.email, u.username, u.first_name, u.last_name, u.full_name,
  u.employee_id, u.status, u.auth_method, u.is_break_glass, u.first_signed_in_at, u.last_signed_in_at, u.version, u.created_at, u.updated_at`;

export function userFromRaw(raw: RawUser): User {
  return {
    id: raw.id,
    homeOrganizationId: raw.home_organization_id,
    email: raw.email,
    username: raw.username,
    firstName: raw.first_name,
    lastName: raw.last_name,
    fullName: raw.full_name,
    employeeId: raw.employee_id,
    status: raw.status as UserStatus,
    authMethod: raw.auth_method as AuthMethod,
    breakGlass: toBoolean(raw.is_break_glass),
    firstSignedInAt: toDateOrNull(raw.first_signed_in_at),
    lastSignedInAt: toDateOrNull(raw.last_signed_in_at),
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** One user who is a member of the scope's organization; any user if the scope is `null`. Returns `null` if there is none. */
export async function findUser(reader: Reader, scope: OrganizationScope, id: string): Promise<User | null> {
  const raw =
    scope === null
      ? await reader.row<RawUser>(`SELECT ${USER_COLUMNS} FROM app_user u WHERE u.id = ?`, [id])
      : await reader.row<RawUser>(
          `SELECT ${USER_COLUMNS} FROM app_user u JOIN membership m ON m.user_id = u.id
            WHERE u.id = ? AND m.organization_id = ?`,
          [id, scope],
        );
  return raw ? userFromRaw(raw) : null;
}

/** Several users by id. */
export async function findUsers(reader: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, User>> {
  if (ids.length === 0) return new Map();
  const raws = await reader.rows<RawUser>(
    `SELECT ${USER_COLUMNS} FROM app_user u WHERE u.id IN (${placeholders(ids)})`,
    ids,
  );
  return new Map(raws.map((raw) => [raw.id, userFromRaw(raw)]));
}

/**
 * The linked managers of those users whose accounts are in the scope, by the user's id. A manager has the same home
 * organization as the user.
 */
export async function findManagersOfUsers(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, User>> {
  if (userIds.length === 0) return new Map();
  const accounts = accountsIn(scope);
  const raws = await reader.rows<RawUser & { report_id: string }>(
    `SELECT r.id AS report_id, ${USER_COLUMNS} FROM app_user r
       JOIN app_user u ON u.id = r.manager_user_id AND u.home_organization_id = r.home_organization_id
      WHERE r.id IN (SELECT u.id FROM app_user u WHERE u.id IN (${placeholders(userIds)}) AND ${accounts.sql})`,
    [...userIds, ...accounts.parameters],
  );
  return new Map(raws.map((raw) => [raw.report_id, userFromRaw(raw)]));
}

/** The field by which a first sign-in finds a prepared account. */
export type MatchKey = "EMAIL" | "SUBJECT" | "USERNAME" | "EMPLOYEE_ID";

/**
 * The accounts of an organization that are *prepared* for a person: SSO accounts that nobody has signed in to yet and
 * whose field `matchKey` has the person's value. Reads at most two, because two are already ambiguous.
 */
export async function findPreparedUsers(
  reader: Reader,
  organizationId: string,
  matchKey: MatchKey,
  person: { readonly email: string | null; readonly username: string | null; readonly employeeId: string | null },
): Promise<User[]> {
  switch (matchKey) {
    case "SUBJECT":
      return [];
    case "EMAIL":
      return await findPrepared(reader, organizationId, "email_key", person.email && foldCase(person.email));
    case "USERNAME":
      return await findPrepared(reader, organizationId, "username_key", person.username && foldCase(person.username));
    case "EMPLOYEE_ID":
      return await findPrepared(reader, organizationId, "employee_id", person.employeeId);
  }
}

/** At most two accounts of an organization that are prepared for the person with an address. */
export function findPreparedUsersByEmail(reader: Reader, organizationId: string, email: string): Promise<User[]> {
  return findPrepared(reader, organizationId, "email_key", foldCase(email));
}

async function findPrepared(
  reader: Reader,
  organizationId: string,
  column: "email_key" | "username_key" | "employee_id",
  value: string | null,
): Promise<User[]> {
  if (value === null) return [];
  const raws = await reader.rows<RawUser>(
    `SELECT ${USER_COLUMNS} FROM app_user u
      WHERE u.home_organization_id = ? AND u.${column} = ? AND u.auth_method = 'SSO' AND u.first_signed_in_at IS NULL
      ORDER BY u.id LIMIT 2`,
    [organizationId, value],
  );
  // MySQL ignores trailing spaces in comparisons.
  return raws.filter((raw) => column !== "employee_id" || raw.employee_id === value).map(userFromRaw);
}

/**
 * Those of the given accounts that are not prepared. Accounts with a password come first, then the oldest.
 *
 * @param accounts a statement that selects their ids as `id`
 * @param limit the most accounts to read; `null` for all
 */
export async function findAddressHolders(
  reader: Reader,
  accounts: Condition,
  limit: number | null,
): Promise<AddressHolder[]> {
  const raws = await reader.rows<RawUser & { password_set: unknown; verified_at: unknown }>(
    `SELECT ${USER_COLUMNS}, c.set_at AS password_set, c.email_verified_at AS verified_at
       FROM (${accounts.sql}) a JOIN app_user u ON u.id = a.id LEFT JOIN user_credential c ON c.user_id = u.id
      WHERE u.auth_method = 'PASSWORD' OR u.first_signed_in_at IS NOT NULL
      ORDER BY CASE u.auth_method WHEN 'PASSWORD' THEN 0 ELSE 1 END, u.created_at, u.id
      ${limit === null ? "" : `LIMIT ${limit}`}`,
    accounts.parameters,
  );
  return raws.map((raw) => ({
    user: userFromRaw(raw),
    unverifiedPassword: raw.password_set !== null && raw.verified_at === null,
  }));
}

/**
 * The account of an organization that has an address and the method PASSWORD, even if another account signs in with the
 * address.
 */
export async function findPasswordUser(reader: Reader, organizationId: string, email: string): Promise<User | null> {
  const raw = await reader.row<RawUser>(
    `SELECT ${USER_COLUMNS} FROM app_user u
      WHERE u.home_organization_id = ? AND u.email_key = ? AND u.auth_method = 'PASSWORD' LIMIT 1`,
    [organizationId, foldCase(email)],
  );
  return raw ? userFromRaw(raw) : null;
}

/** The accounts of an organization that have an address. */
export async function findIdsByEmail(
  reader: Reader,
  organizationId: string,
  email: string,
): Promise<readonly string[]> {
  const rows = await reader.rows<{ id: string }>(
    "SELECT id FROM app_user WHERE home_organization_id = ? AND email_key = ?",
    [organizationId, foldCase(email)],
  );
  return rows.map(({ id }) => id);
}

/**
 * Lets an account sign in with its address and a password, unless another account of the installation already does. Of
 * two concurrent claims, the unique index refuses one.
 *
 * @returns whether the account got the address
 */
export async function writeLoginEmail(unit: UnitOfWork, { id, email }: User): Promise<boolean> {
  const write = (key: string | null) => unit.execute("UPDATE app_user SET login_email_key = ? WHERE id = ?", [key, id]);
  try {
    await write(foldCase(email));
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await write(null);
    return false;
  }
}

/** Takes the address from an account that no longer signs in with a password, so that another account may sign in with it. */
export async function clearLoginEmail(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("UPDATE app_user SET login_email_key = NULL WHERE id = ?", [userId]);
}

/** The account of the installation that signs in with this address and a password. */
export async function findUserByLoginEmail(reader: Reader, email: string): Promise<User | null> {
  const raw = await reader.row<RawUser>(`SELECT ${USER_COLUMNS} FROM app_user u WHERE u.login_email_key = ?`, [
    foldCase(email),
  ]);
  return raw ? userFromRaw(raw) : null;
}

/** How many active accounts have a role in an organization, without the account `userId`. */
export async function countOtherActiveHolders(
  reader: Reader,
  role: { readonly organizationId: string; readonly roleKey: string },
  userId: string,
): Promise<number> {
  const row = await reader.row<{ holders: number }>(
    `SELECT COUNT(*) AS holders FROM membership_role m
       JOIN role r ON r.id = m.role_id
       JOIN app_user u ON u.id = m.user_id
      WHERE m.organization_id = ? AND r.role_key = ? AND u.status = 'ACTIVE' AND u.id <> ?`,
    [role.organizationId, role.roleKey, userId],
  );
  return Number(row?.holders ?? 0);
}

/** The largest number of users in one statement. */
const USERS_AT_ONCE = 500;

/** The ids of members of an organization among these ids, in the same order. */
export async function findMembersAmong(
  reader: Reader,
  organizationId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  for (let start = 0; start < userIds.length; start += USERS_AT_ONCE) {
    const some = userIds.slice(start, start + USERS_AT_ONCE);
    const rows = await reader.rows<{ user_id: string }>(
      `SELECT user_id FROM membership WHERE organization_id = ? AND user_id IN (${placeholders(some)})`,
      [organizationId, ...some],
    );
    for (const row of rows) members.add(row.user_id);
  }
  return new Set(userIds.filter((userId) => members.has(userId)));
}

/** The organizations that a user belongs to, the oldest membership first. */
export async function findMembershipsOf(reader: Reader, userId: string): Promise<string[]> {
  const rows = await reader.rows<{ organization_id: string }>(
    "SELECT organization_id FROM membership WHERE user_id = ? ORDER BY created_at, organization_id",
    [userId],
  );
  return rows.map((row) => row.organization_id);
}

/** The width of the sort columns. A key that becomes longer when its case is folded is cut. */
const LONGEST_NAME_KEY = 200;
const LONGEST_USERNAME_KEY = 254;

/** The row without the columns that other functions write. */
function toRow(user: User): Omit<UserRow, "managerUserId" | "isOperator" | "loginEmailKey"> {
  return {
    ...user,
    emailKey: foldCase(user.email),
    usernameKey: user.username === null ? null : foldCase(user.username).slice(0, LONGEST_USERNAME_KEY),
    firstNameKey: nameKeyOf(user.firstName),
    lastNameKey: nameKeyOf(user.lastName),
  };
}

/** Stores a new account as a member of its home organization. */
export async function insertUser(unit: UnitOfWork, user: User): Promise<void> {
  // With `updateEntity(true)`, TypeORM would read the new row again to learn its default values.
  const insert = unit.manager.createQueryBuilder().insert().into(UserRow).updateEntity(false);
  await insert.values({ ...toRow(user), loginEmailKey: null }).execute();
  await insertMembership(unit, user.homeOrganizationId, user);
}

/** Makes an account a member. Sort keys and search terms contain only what the organization sees of the account. */
export async function insertMembership(unit: UnitOfWork, organizationId: string, user: User): Promise<void> {
  const seen = seenIn(organizationId, user);
  const { lastNameKey, firstNameKey, emailKey, status } = listKeysOf(seen);
  await insertRows(
    unit,
    "membership",
    ["organization_id", "user_id", "created_at", "last_name_key", "first_name_key", "email_key", "status"],
    [[organizationId, user.id, unit.now, lastNameKey, firstNameKey, emailKey, status]],
  );
  await insertTerms(unit, organizationId, [{ userId: user.id, terms: termsOf(seen) }]);
}

/** Stores a changed account, with its sort keys and search terms in all its organizations. */
export async function updateUserRow(unit: UnitOfWork, before: User, user: User): Promise<void> {
  await unit.manager.update(UserRow, { id: user.id }, toRow(user));
  const { lastNameKey, firstNameKey, emailKey, status } = listKeysOf(user);
  await unit.execute(
    `UPDATE membership SET last_name_key = ?, first_name_key = ?, email_key = ?,
            status = CASE WHEN organization_id = ? THEN ? ELSE ? END
      WHERE user_id = ?`,
    [lastNameKey, firstNameKey, emailKey, user.homeOrganizationId, status, listKeysOf(toGuest(user)).status, user.id],
  );
  const [were, are] = [before, user].map((each) => JSON.stringify([termsOf(each), termsOf(toGuest(each))]));
  if (were === are) return;
  for (const organizationId of await findMembershipsOf(unit, user.id)) {
    const [was, is] = [seenIn(organizationId, before), seenIn(organizationId, user)];
    await changeTerms(unit, { organizationId, userId: user.id }, termsOf(was), termsOf(is));
  }
}

/** Raises the versions of several users whose roles changed. */
export async function raiseVersions(unit: UnitOfWork, ids: readonly string[]): Promise<void> {
  await unit.execute(`UPDATE app_user SET version = version + 1, updated_at = ? WHERE id IN (${placeholders(ids)})`, [
    unit.now,
    ...ids,
  ]);
}

/** The sort keys of a list. A guest's status is stored as an empty text, which no filter matches. */
function listKeysOf({ lastName, firstName, email, status }: SeenUser) {
  return {
    lastNameKey: nameKeyOf(lastName),
    firstNameKey: nameKeyOf(firstName),
    emailKey: foldCase(email),
    status: status ?? "",
  };
}

function nameKeyOf(name: string): string {
  return foldCase(name).slice(0, LONGEST_NAME_KEY);
}

/** Deletes an account. Foreign keys delete its dependent rows. The people that it managed lose their manager. */
export async function deleteUserRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("UPDATE app_user SET manager_user_id = NULL WHERE manager_user_id = ?", [id]);
  await unit.execute("DELETE FROM app_user WHERE id = ?", [id]);
}

/**
 * Records a sign-in by a one-time link. An SSO account stays prepared, because a link does not prove which person of the
 * provider the account belongs to.
 */
export async function noteLinkSignIn(unit: UnitOfWork, { id, authMethod }: User): Promise<void> {
  if (authMethod === "PASSWORD") await noteSignIn(unit, id);
  else await unit.execute("UPDATE app_user SET last_signed_in_at = ? WHERE id = ?", [unit.now, id]);
}

/** Records a sign-in. The version stays, because `user.updated` does not report sign-ins. */
export async function noteSignIn(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute(
    `UPDATE app_user SET last_signed_in_at = ?, first_signed_in_at = COALESCE(first_signed_in_at, ?) WHERE id = ?`,
    [unit.now, unit.now, userId],
  );
}
