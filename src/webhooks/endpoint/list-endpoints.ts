/** Lists webhook endpoints. */
import { requirePermission, type Caller } from "../../access/caller.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import type { WebhookServices } from "../services.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { ENDPOINT_COLUMNS, endpointFromRaw, type RawEndpoint } from "./endpoint.repository.js";

/**
 * Reads one page of an organization's endpoints, the newest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listWebhookEndpoints(
  { reader }: WebhookServices,
  caller: Caller,
  organizationId: string,
  args: PageArgs,
): Promise<Page<WebhookEndpoint>> {
  requirePermission(caller, organizationId, "WEBHOOKS_WRITE");
  const page = await pageByKeyset<RawEndpoint>({
    reader,
    select: ENDPOINT_COLUMNS,
    from: "webhook_endpoint w",
    where: { sql: "w.organization_id = ?", parameters: [organizationId] },
    // Ids are UUIDs of version 7, which sort by time.
    order: [{ column: "w.id", direction: "DESC", kind: "text", read: (raw) => raw.id }],
    args,
  });
  return toPage(page, endpointFromRaw);
}
