/** Reading the members of an organization, filtered and ordered, page by page. */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { SqlValue } from "../../platform/database/database.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { foldCase } from "../../platform/text.js";
import type { Group } from "../group/group.js";
import { findGroupsOfUsers } from "../group/group.repository.js";
import type { OrderDirection } from "../order-direction.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers } from "../role/role.repository.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "./user.repository.js";
import type { AuthMethod, Member, UserOrder, UserStatus } from "./user.js";

/** What is left out or empty restricts nothing. */
export interface UserFilter {
  /** Words, each of which must occur in a name, the address, the username or the employee ID. */
  readonly search?: string | null;
  readonly status?: readonly UserStatus[] | null;
  /** Users who have at least one of these roles in the organization. */
  readonly roleKeys?: readonly string[] | null;
  /** Users who are in at least one of these groups of the organization. */
  readonly groupIds?: readonly string[] | null;
  readonly authMethod?: AuthMethod | null;
}

/** Which users to read, and in which order. */
export interface UsersQuery {
  readonly organizationId: string;
  readonly filter?: UserFilter | null;
  readonly orderBy?: { readonly field: UserOrder; readonly direction?: OrderDirection | null } | null;
  readonly page: PageArgs;
  /** Whether the roles of all users of the page are read with it. */
  readonly withRoles?: boolean;
  /** Whether the groups of all users of the page are read with it. */
  readonly withGroups?: boolean;
}

/** A member of the list; roles and groups are there when they were asked for. */
export interface ListedMember extends Member {
  readonly knownRoles?: readonly Role[] | undefined;
  readonly knownGroups?: readonly Group[] | undefined;
}

interface ListedUser extends RawUser {
  email_key: string;
  first_name_key: string;
  last_name_key: string;
}

type Column = Omit<KeysetColumn<ListedUser>, "direction">;

// Of the membership, whose indices begin with the organization: by the account's own columns, MariaDB sorts all members.
const LAST_NAME: Column = { column: "m.last_name_key", kind: "text", read: (raw) => raw.last_name_key };
const FIRST_NAME: Column = { column: "m.first_name_key", kind: "text", read: (raw) => raw.first_name_key };
const EMAIL: Column = { column: "m.email_key", kind: "text", read: (raw) => raw.email_key };
/** Ids rise with the time at which they were made, and the membership's own key is sorted by them. */
const ID: Column = { column: "m.user_id", kind: "text", read: (raw) => raw.id };

const ORDERS: Readonly<Record<UserOrder, readonly [Column, ...Column[]]>> = {
  LAST_NAME: [LAST_NAME, FIRST_NAME, ID],
  FIRST_NAME: [FIRST_NAME, LAST_NAME, ID],
  EMAIL: [EMAIL, ID],
  CREATED_AT: [ID],
};

/** More words than anybody types; each costs a comparison with every row. */
const MOST_WORDS = 8;

/**
 * One page of an organization's members.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listUsers({ reader }: Store, caller: Caller, query: UsersQuery): Promise<Page<ListedMember>> {
  const { organizationId, filter, orderBy, page } = query;
  requirePermission(caller, organizationId, "USERS_READ");
  // Whom a filter lets through tells who is in the group.
  if ((filter?.groupIds ?? []).length > 0) requirePermission(caller, organizationId, "GROUPS_READ");
  const direction = orderBy?.direction ?? "ASC";
  const [first, ...rest] = ORDERS[orderBy?.field ?? "CREATED_AT"];
  const found = await pageByKeyset<ListedUser>({
    reader,
    select: `${USER_COLUMNS}, m.email_key, m.first_name_key, m.last_name_key`,
    from: "membership m JOIN app_user u ON u.id = m.user_id",
    where: writeConditions(organizationId, filter ?? {}),
    order: [{ ...first, direction }, ...rest.map((column) => ({ ...column, direction }))],
    args: page,
  });
  const ids = found.rows.map((raw) => raw.id);
  const roles = await findRolesOfUsers(reader, organizationId, query.withRoles ? ids : []);
  const groups = await findGroupsOfUsers(reader, organizationId, query.withGroups ? ids : []);
  return toPage(found, (raw) => ({
    ...userFromRaw(raw),
    organizationId,
    knownRoles: roles.get(raw.id),
    knownGroups: groups.get(raw.id),
  }));
}

function writeConditions(organizationId: string, filter: UserFilter) {
  const terms = ["m.organization_id = ?"];
  const parameters: SqlValue[] = [organizationId];
  const require = (sql: string, values: readonly SqlValue[]) => {
    terms.push(sql);
    parameters.push(...values);
  };
  const status = filter.status ?? [];
  if (status.length > 0) require(`u.status IN (${placeholders(status)})`, status);
  if (filter.authMethod != null) require("u.auth_method = ?", [filter.authMethod]);
  const roleKeys = filter.roleKeys ?? [];
  if (roleKeys.length > 0)
    require(`EXISTS (SELECT 1 FROM membership_role mr JOIN role r ON r.id = mr.role_id
               WHERE mr.organization_id = m.organization_id AND mr.user_id = m.user_id
                 AND r.role_key IN (${placeholders(roleKeys)}))`, roleKeys);
  const groupIds = filter.groupIds ?? [];
  if (groupIds.length > 0)
    // By the groups' own index, however few of a large organization's members are in them.
    require(`m.user_id IN (SELECT gm.user_id FROM group_member gm JOIN user_group g ON g.id = gm.group_id
               WHERE g.organization_id = ? AND g.id IN (${placeholders(groupIds)}))`, [organizationId, ...groupIds]);
  for (const word of splitWords(filter.search ?? "")) {
    const pattern = `%${word.replaceAll(/[!%_]/g, "!$&")}%`;
    require(`(u.last_name_key LIKE ? ESCAPE '!' OR u.first_name_key LIKE ? ESCAPE '!' OR u.email_key LIKE ? ESCAPE '!'
              OR LOWER(u.username) LIKE ? ESCAPE '!' OR LOWER(u.employee_id) LIKE ? ESCAPE '!')`, Array<string>(5).fill(
      pattern,
    ));
  }
  return { sql: terms.join(" AND "), parameters };
}

function splitWords(search: string): string[] {
  return foldCase(search)
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS);
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}
