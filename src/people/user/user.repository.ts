/** Reading and writing users and their memberships. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { foldCase } from "../../platform/text.js";
import { MembershipRow } from "./membership.row.js";
import type { AuthMethod, User, UserStatus } from "./user.js";
import { UserRow } from "./user.row.js";

/** A user as a read answers it, before it is brought into the house's words. */
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
  first_signed_in_at: unknown;
  last_signed_in_at: unknown;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawUser`, of the table alias `u`. */
export const USER_COLUMNS = `u.id, u.home_organization_id, u.email, u.username, u.first_name, u.last_name, u.full_name,
  u.employee_id, u.status, u.auth_method, u.first_signed_in_at, u.last_signed_in_at, u.version, u.created_at, u.updated_at`;

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
    firstSignedInAt: toDateOrNull(raw.first_signed_in_at),
    lastSignedInAt: toDateOrNull(raw.last_signed_in_at),
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** One user who is a member of the scope's organization, or `null`. */
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

/**
 * The accounts of an organization that were *prepared* for an address: method SSO, and nobody signed in yet.
 *
 * @param limit more than two are never of interest: two already mean that nobody can tell which
 */
export async function findPreparedUsersByEmail(
  reader: Reader,
  organizationId: string,
  email: string,
  limit = 2,
): Promise<User[]> {
  const raws = await reader.rows<RawUser>(
    `SELECT ${USER_COLUMNS} FROM app_user u
      WHERE u.home_organization_id = ? AND u.email_key = ? AND u.auth_method = 'SSO' AND u.first_signed_in_at IS NULL
      ORDER BY u.id LIMIT ${limit}`,
    [organizationId, foldCase(email)],
  );
  return raws.map(userFromRaw);
}

/** The account of the installation that signs in by password with this address. */
export async function findUserByLoginEmail(reader: Reader, email: string): Promise<User | null> {
  const raw = await reader.row<RawUser>(`SELECT ${USER_COLUMNS} FROM app_user u WHERE u.login_email_key = ?`, [
    foldCase(email),
  ]);
  return raw ? userFromRaw(raw) : null;
}

/** How many active accounts, besides one, have a role in an organization. */
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

/** The organizations that a user belongs to, the oldest membership first. */
export async function findMembershipsOf(reader: Reader, userId: string): Promise<string[]> {
  const rows = await reader.rows<{ organization_id: string }>(
    "SELECT organization_id FROM membership WHERE user_id = ? ORDER BY created_at, organization_id",
    [userId],
  );
  return rows.map((row) => row.organization_id);
}

/** As long as the columns by which lists are sorted; folding can make a text longer than it was. */
const LONGEST_NAME_KEY = 200;

function toRow(user: User): UserRow {
  return {
    ...user,
    emailKey: foldCase(user.email),
    loginEmailKey: user.authMethod === "PASSWORD" ? foldCase(user.email) : null,
    firstNameKey: foldCase(user.firstName).slice(0, LONGEST_NAME_KEY),
    lastNameKey: foldCase(user.lastName).slice(0, LONGEST_NAME_KEY),
  };
}

/** Stores a new account as a member of its home organization. */
export async function insertUser(unit: UnitOfWork, user: User): Promise<void> {
  await unit.manager.insert(UserRow, toRow(user));
  await unit.manager.insert(MembershipRow, {
    organizationId: user.homeOrganizationId,
    userId: user.id,
    createdAt: unit.now,
  });
}

export async function updateUserRow(unit: UnitOfWork, user: User): Promise<void> {
  await unit.manager.update(UserRow, { id: user.id }, toRow(user));
}

/** Notes that a user signed in, without a new version: it is no change that anybody is told of as one. */
export async function noteSignIn(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute(
    `UPDATE app_user SET last_signed_in_at = ?, first_signed_in_at = COALESCE(first_signed_in_at, ?) WHERE id = ?`,
    [unit.now, unit.now, userId],
  );
}
