/** Finds webhook endpoints by id alone. */
import { findByIds, scopeIfGranted, type NodeSource } from "../access/node.js";
import type { Store } from "../access/store.js";
import { ENDPOINT_COLUMNS, endpointFromRaw } from "./endpoint/endpoint.repository.js";

/** The objects of this module, for `node` and `nodes`. */
export function createWebhookNodes({ reader }: Store): readonly NodeSource[] {
  const table = { columns: ENDPOINT_COLUMNS, from: "webhook_endpoint w", alias: "w", read: endpointFromRaw };
  return [
    {
      type: "WebhookEndpoint",
      find: (caller, ids) => findByIds(reader, table, scopeIfGranted(caller, "WEBHOOKS_WRITE"), ids),
    },
  ];
}
