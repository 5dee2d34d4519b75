/** Lists the connections of an organization page by page. */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { toDate } from "../../platform/database/values.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import type { Connection } from "./connection.js";
import { CONNECTION_COLUMNS, connectionFromRaw, type RawConnection } from "./connection.repository.js";

/**
 * One page of an organization's connections, the oldest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listConnections(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
  args: PageArgs,
): Promise<Page<Connection>> {
  requirePermission(caller, organizationId, "CONNECTIONS_READ");
  const page = await pageByKeyset<RawConnection>({
    reader,
    select: CONNECTION_COLUMNS,
    from: "sso_connection",
    where: { sql: "organization_id = ?", parameters: [organizationId] },
    order: [
      { column: "created_at", direction: "ASC", kind: "time", read: (raw) => toDate(raw.created_at) },
      { column: "id", direction: "ASC", kind: "text", read: (raw) => raw.id },
    ],
    args,
  });
  return toPage(page, connectionFromRaw);
}
