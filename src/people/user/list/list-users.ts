/** Reads the members of an organization, filtered and ordered, page by page. */
import { requirePermission, type Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { Dialect, Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { pageByKeyset, type KeysetColumn } from "../../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../../platform/graphql/paging.js";
import type { Group } from "../../group/group.js";
import { findGroupsOfUsers } from "../../group/group.repository.js";
import type { OrderDirection } from "../../order-direction.js";
import { findOrganization } from "../../organization/organization.repository.js";
import type { Role } from "../../role/role.js";
import { findRolesOfUsers } from "../../role/role.repository.js";
import type { FieldSource } from "../profile/field.js";
import type { Condition, UserCondition } from "./condition.js";
import { conditionsOf, narrow, useIndex } from "./user-conditions.js";
import type { UserFilter } from "./user-filter.js";
import { showMember } from "../user.access.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../user.repository.js";
import type { Member, UserOrder } from "../user.js";

/** The filter, order and page of a list of users. */
export interface UsersQuery {
  readonly organizationId: string;
  readonly filter?: UserFilter | null;
  readonly orderBy?: { readonly field: UserOrder; readonly direction?: OrderDirection | null } | null;
  readonly page: PageArgs;
  /** Whether to read the roles of the page's users. */
  readonly withRoles?: boolean;
  /** Whether to read the groups of the page's users. */
  readonly withGroups?: boolean;
}

/** A member of the list, with roles and groups if the query reads them. */
export type ListedMember = Member & {
  readonly knownRoles?: readonly Role[] | undefined;
  readonly knownGroups?: readonly Group[] | undefined;
};

interface ListedUser extends RawUser {
  email_key: string;
  first_name_key: string;
  last_name_key: string;
}

type Column = Omit<KeysetColumn<ListedUser>, "direction">;

// Orders use columns of the membership, whose indices begin with the organization. To order by the account's columns, MariaDB
// would sort all members.
const LAST_NAME: Column = { column: "m.last_name_key", kind: "text", read: (raw) => raw.last_name_key };
const FIRST_NAME: Column = { column: "m.first_name_key", kind: "text", read: (raw) => raw.first_name_key };
const EMAIL: Column = { column: "m.email_key", kind: "text", read: (raw) => raw.email_key };
/** Ids rise with the time of creation, and the membership's primary key is sorted by them. */
const ID: Column = { column: "m.user_id", kind: "text", read: (raw) => raw.id };

interface Order {
  readonly columns: readonly [Column, ...Column[]];
  /** The index that has this order; `null` for the primary key. */
  readonly index: string | null;
}

const ORDERS: Readonly<Record<UserOrder, Order>> = {
  LAST_NAME: { columns: [LAST_NAME, FIRST_NAME, ID], index: "ix_membership_last_name" },
  FIRST_NAME: { columns: [FIRST_NAME, LAST_NAME, ID], index: "ix_membership_first_name" },
  EMAIL: { columns: [EMAIL, ID], index: "ix_membership_email" },
  CREATED_AT: { columns: [ID], index: null },
};

/**
 * One page of an organization's members.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listUsers({ reader }: Store, caller: Caller, query: UsersQuery): Promise<Page<ListedMember>> {
  const { organizationId, filter, orderBy, page } = query;
  requirePermission(caller, organizationId, "USERS_READ");
  // A caller could learn who is in a group by filtering on it.
  if ((filter?.groupIds ?? []).length > 0) requirePermission(caller, organizationId, "GROUPS_READ");
  // A caller could learn who gave an answer by filtering on it.
  if ((filter?.answers ?? []).length > 0) requirePermission(caller, organizationId, "TRAINING_READ");
  const direction = orderBy?.direction ?? "ASC";
  const order = ORDERS[orderBy?.field ?? "CREATED_AT"];
  const [first, ...rest] = order.columns;
  const precedence = await findPrecedence(reader, organizationId, filter ?? {});
  const plan = await planReading(reader, organizationId, filter ?? {}, order, precedence);
  const found = await pageByKeyset<ListedUser>({
    reader,
    select: `${USER_COLUMNS}, m.email_key, m.first_name_key, m.last_name_key`,
    from: `${plan.members} ${joinAccount(reader.dialect)}`,
    where: plan.where,
    order: [{ ...first, direction }, ...rest.map((column) => ({ ...column, direction }))],
    args: page,
  });
  const ids = found.rows.map((raw) => raw.id);
  const roles = await findRolesOfUsers(reader, organizationId, query.withRoles ? ids : []);
  const groups = await findGroupsOfUsers(reader, organizationId, query.withGroups ? ids : []);
  return toPage({ ...found, count: () => countMembers(reader, plan) }, (raw) => ({
    ...showMember(caller, userFromRaw(raw), organizationId),
    knownRoles: roles.get(raw.id),
    knownGroups: groups.get(raw.id),
  }));
}

/** How the query finds the members of a page. */
interface Plan {
  /** The membership as `m`, with the index to use. */
  readonly members: string;
  /** The membership as `m` for counting, without the index of the order. */
  readonly counted: string;
  readonly where: Condition;
  /** Whether a condition reads the table of accounts. */
  readonly ofAccount: boolean;
}

/**
 * If a condition matches few members, the query looks only among their ids. Otherwise it reads members in the list's
 * order until the page is full.
 */
async function planReading(
  reader: Reader,
  organizationId: string,
  filter: UserFilter,
  order: Order,
  precedence: readonly FieldSource[],
): Promise<Plan> {
  const conditions = conditionsOf(reader.dialect, organizationId, filter, precedence);
  const narrowed = await narrow(reader, conditions);
  if (narrowed === null)
    return {
      members: `membership m${alongOrder(reader.dialect, order, filter)}`,
      counted: "membership m",
      where: joinConditions(organizationId, conditions),
      ofAccount: conditions.some(({ ofAccount }) => ofAccount),
    };
  const { ids, rest } = narrowed;
  const among = ids.length === 0 ? "m.user_id IN (NULL)" : `m.user_id IN (${placeholders(ids)})`;
  const { sql, parameters } = joinConditions(organizationId, rest);
  // Without the hint, both databases read all members in order instead of sorting a few rows.
  const byUser = useIndex(reader.dialect, reader.dialect === "sqlite" ? "ix_membership_user" : "PRIMARY");
  return {
    members: `membership m ${byUser}`,
    counted: `membership m ${byUser}`,
    where: { sql: `${sql} AND ${among}`, parameters: [...parameters, ...ids] },
    ofAccount: rest.some(({ ofAccount }) => ofAccount),
  };
}

function alongOrder(dialect: Dialect, { index }: Order, { status }: UserFilter): string {
  if (index !== null) return ` ${useIndex(dialect, index)}`;
  // Within one status, this index has the order of creation.
  if (status?.length === 1) return ` ${useIndex(dialect, "ix_membership_status")}`;
  // SQLite chooses the primary key without a hint, and does not know the name PRIMARY.
  return dialect === "sqlite" ? "" : ` ${useIndex(dialect, "PRIMARY")}`;
}

/** Reads members first, then accounts by key. A condition on the account must not make the database begin with all accounts. */
function joinAccount(dialect: Dialect): string {
  return `${dialect === "sqlite" ? "CROSS JOIN" : "STRAIGHT_JOIN"} app_user u ON u.id = m.user_id`;
}

/** Every condition of the list, restricted to the organization. */
function joinConditions(organizationId: string, conditions: readonly UserCondition[]): Condition {
  const ofOrganization = ["m.organization_id = ?"];
  return {
    sql: [...ofOrganization, ...conditions.map(({ probe }) => probe.sql)].join(" AND "),
    parameters: [organizationId, ...conditions.flatMap(({ probe }) => probe.parameters)],
  };
}

/** Counts members. Reads their accounts only if a condition needs them. */
async function countMembers(reader: Reader, { counted, where, ofAccount }: Plan): Promise<number> {
  const from = ofAccount ? `${counted} ${joinAccount(reader.dialect)}` : counted;
  const row = await reader.row<{ total: number | string }>(
    `SELECT COUNT(*) AS total FROM ${from} WHERE ${where.sql}`,
    where.parameters,
  );
  return Number(row?.total ?? 0);
}

/** The precedence of sources, if the filter needs it. */
async function findPrecedence(
  reader: Reader,
  organizationId: string,
  { missing }: UserFilter,
): Promise<readonly FieldSource[]> {
  if ((missing ?? []).length === 0) return [];
  return (await findOrganization(reader, organizationId, organizationId))?.policies.fieldPrecedence ?? [];
}
