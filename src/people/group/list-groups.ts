/** Reading the groups of an organization, page by page. */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { SqlValue } from "../../platform/database/database.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { foldCase } from "../../platform/text.js";
import type { OrderDirection } from "../order-direction.js";
import type { Group, GroupOrder } from "./group.js";
import { GROUP_COLUMNS, groupFromRaw, type RawGroup } from "./group.repository.js";

/** What is left out or empty restricts nothing. */
export interface GroupFilter {
  /** Words, each of which must occur in the name. */
  readonly search?: string | null;
}

/** Which groups to read, and in which order. */
export interface GroupsQuery {
  readonly organizationId: string;
  readonly filter?: GroupFilter | null;
  readonly orderBy?: { readonly field: GroupOrder; readonly direction?: OrderDirection | null } | null;
  readonly page: PageArgs;
}

interface ListedGroup extends RawGroup {
  name_key: string;
}

type Column = Omit<KeysetColumn<ListedGroup>, "direction">;

const NAME: Column = { column: "g.name_key", kind: "text", read: (raw) => raw.name_key };
/** Ids rise with the time at which they were made. */
const ID: Column = { column: "g.id", kind: "text", read: (raw) => raw.id };

const ORDERS: Readonly<Record<GroupOrder, readonly [Column, ...Column[]]>> = { NAME: [NAME, ID], CREATED_AT: [ID] };

/** More words than anybody types; each costs a comparison with every row. */
const MOST_WORDS = 8;
/** As long as a name can be. SQLite gives up on patterns of many thousand characters. */
const LONGEST_WORD = 200;

/**
 * One page of an organization's groups, by name unless the query says otherwise.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listGroups({ reader }: Store, caller: Caller, query: GroupsQuery): Promise<Page<Group>> {
  const { organizationId, filter, orderBy, page } = query;
  requirePermission(caller, organizationId, "GROUPS_READ");
  const direction = orderBy?.direction ?? "ASC";
  const [first, ...rest] = ORDERS[orderBy?.field ?? "NAME"];
  const found = await pageByKeyset<ListedGroup>({
    reader,
    select: `${GROUP_COLUMNS}, g.name_key`,
    from: "user_group g",
    where: writeConditions(organizationId, filter?.search ?? ""),
    order: [{ ...first, direction }, ...rest.map((column) => ({ ...column, direction }))],
    args: page,
  });
  return toPage(found, groupFromRaw);
}

function writeConditions(organizationId: string, search: string) {
  const words = foldCase(search)
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS)
    .map((word) => word.slice(0, LONGEST_WORD));
  const parameters: SqlValue[] = [organizationId, ...words.map((word) => `%${word.replaceAll(/[!%_]/g, "!$&")}%`)];
  return {
    sql: ["g.organization_id = ?", ...words.map(() => "g.name_key LIKE ? ESCAPE '!'")].join(" AND "),
    parameters,
  };
}
