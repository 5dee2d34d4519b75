/** The events about webhook endpoints. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";
import { DISABLED_REASONS, ENDPOINT_STATES, type WebhookEndpoint } from "./endpoint.js";

const endpointSchema = z
  .object({
    id: z.string(),
    url: z.string().describe("Without the query, which may hold a secret of the receiver."),
    state: z.enum(ENDPOINT_STATES),
    eventTypes: z.array(z.string()).nullable().describe("The types of the events that it gets; null for all."),
  })
  .describe("The webhook endpoint after the change.");

export const ENDPOINT_TEST = defineEventType({
  type: "endpoint.test",
  subject: "endpoint",
  description:
    "Tests a receiver before an endpoint is added or its address changes, and on request. Only a 2xx answer lets the change happen. The message is not in the log: its sequence is 0, and it is not retried.",
  data: z.object({ endpoint: endpointSchema, changed: z.null() }),
});

export const ENDPOINT_DISABLED = defineEventType({
  type: "endpoint.disabled",
  subject: "endpoint",
  description:
    "An endpoint was disabled. Events are delivered to it again, from where delivery stopped, when it is enabled.",
  data: z.object({
    endpoint: endpointSchema,
    changed: z.null(),
    reason: z
      .enum(DISABLED_REASONS)
      .describe(
        "ADMINISTRATOR: an administrator disabled it. GONE: it answered 410. RETRIES_EXHAUSTED: the last retry of a delivery failed.",
      ),
  }),
});

export const WEBHOOK_EVENTS = [ENDPOINT_TEST, ENDPOINT_DISABLED] as const;

/** The endpoint as events show it. */
export function endpointSnapshot({
  id,
  url,
  state,
  eventTypes,
}: Pick<WebhookEndpoint, "id" | "url" | "state" | "eventTypes">) {
  const { origin, pathname } = new URL(url);
  return { id, url: `${origin}${pathname}`, state, eventTypes: eventTypes === null ? null : [...eventTypes] };
}
