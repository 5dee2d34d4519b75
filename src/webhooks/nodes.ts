/** How webhook endpoints are found by their ids alone. */
import { findByIds, scopeIfGranted, type NodeSource } from "../access/node.js";
import type { Store } from "../access/store.js";
import { ENDPOINT_COLUMNS, endpointFromRaw } from "./endpoint/endpoint.repository.js";

/** The things of this room, for `node` and `nodes`. */
export function createWebhookNodes({ reader }: Store): readonly NodeSource[] {
  const table = { columns: ENDPOINT_COLUMNS, from: "webhook_endpoint w", alias: "w", read: endpointFromRaw };
  return [
    {
      type: "WebhookEndpoint",
      find: (caller, ids) => findByIds(reader, table, scopeIfGranted(caller, "WEBHOOKS_WRITE"), ids),
    },
  ];
}
