/** Lists all organizations. */
import { requireOperator, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import type { Organization } from "./organization.js";
import { ORGANIZATION_COLUMNS, organizationFromRaw, type RawOrganization } from "./organization.repository.js";

/**
 * One page of all organizations, by short name. For the operator.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, and INVALID_INPUT for a broken cursor
 */
export async function listOrganizations(
  { reader }: Store,
  caller: Caller,
  args: PageArgs,
): Promise<Page<Organization>> {
  requireOperator(caller);
  const page = await pageByKeyset<RawOrganization>({
    reader,
    select: ORGANIZATION_COLUMNS,
    from: "organization",
    where: { sql: "1 = 1", parameters: [] },
    order: [{ column: "slug", direction: "ASC", kind: "text", read: (raw) => raw.slug }],
    args,
  });
  return toPage(page, organizationFromRaw);
}
