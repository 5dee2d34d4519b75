/** Reads the groups of an organization, page by page. */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { findWordsIn } from "../../platform/database/search.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import type { OrderDirection } from "../order-direction.js";
import type { Group, GroupOrder } from "./group.js";
import { GROUP_COLUMNS, groupFromRaw, type RawGroup } from "./group.repository.js";

/** A condition that is left out or empty has no effect. */
interface GroupFilter {
  /** Each word must occur in the name. */
  readonly search?: string | null;
}

/** The filter, order and page of a list of groups. */
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
/** Ids rise with the time of creation. */
const ID: Column = { column: "g.id", kind: "text", read: (raw) => raw.id };

const ORDERS: Readonly<Record<GroupOrder, readonly [Column, ...Column[]]>> = { NAME: [NAME, ID], CREATED_AT: [ID] };

/**
 * One page of an organization's groups, by default in the order of their names.
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
    where: writeConditions(organizationId, filter?.search),
    order: [{ ...first, direction }, ...rest.map((column) => ({ ...column, direction }))],
    args: page,
  });
  return toPage(found, groupFromRaw);
}

function writeConditions(organizationId: string, search: string | null | undefined) {
  const terms = [{ sql: "g.organization_id = ?", parameters: [organizationId] }, ...findWordsIn("g.name_key", search)];
  return { sql: terms.map(({ sql }) => sql).join(" AND "), parameters: terms.flatMap(({ parameters }) => parameters) };
}
