/** Deletes a webhook endpoint. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { WebhookServices } from "../services.js";
import { lockEndpoint, readEndpoint, recordEndpointChange } from "./change-endpoint.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { deleteEndpointRow } from "./endpoint.repository.js";

/**
 * Deletes an endpoint with its delivery log.
 *
 * @returns the endpoint as it was
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function deleteWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const found = await readEndpoint(services, caller, id);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await lockEndpoint(unit, found);
    await deleteEndpointRow(unit, id);
    await recordEndpointChange(unit, "deleted", { before, after: null });
    return before;
  });
}
