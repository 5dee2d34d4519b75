/** Enables a webhook endpoint that was disabled. */
import type { Caller } from "../../access/caller.js";
import type { WebhookServices } from "../services.js";
import { changeEndpoint, readEndpoint } from "./change-endpoint.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { updateEndpointRow } from "./endpoint.repository.js";

/**
 * Enables an endpoint. Delivery continues after the last event that was attempted, and failed deliveries are due at once.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function enableWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const found = await readEndpoint(services, caller, id);
  return await changeEndpoint(services, caller, found, "enabled", async (unit, before) => {
    if (before.state === "ACTIVE") return before;
    const after: WebhookEndpoint = {
      ...before,
      state: "ACTIVE",
      disabledReason: null,
      disabledAt: null,
      version: before.version + 1,
      updatedAt: unit.now,
    };
    await updateEndpointRow(unit, before, after);
    return after;
  });
}
