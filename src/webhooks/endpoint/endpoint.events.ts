/** The facts about webhook endpoints that the log tells. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";
import { DISABLED_REASONS, ENDPOINT_STATES, type WebhookEndpoint } from "./endpoint.js";

const endpointSchema = z
  .object({
    id: z.string(),
    url: z.string().describe("Without its query, which may hold a secret of the receiver."),
    state: z.enum(ENDPOINT_STATES),
    eventTypes: z.array(z.string()).nullable().describe("The types that it gets; null for all."),
  })
  .describe("The webhook endpoint after the change.");

export const ENDPOINT_TEST = defineEventType({
  type: "endpoint.test",
  subject: "endpoint",
  description:
    "Asks a receiver whether it is there: sent before an endpoint is added or its address changes. Only a 2xx answer lets that happen. It is in no log: its sequence is 0, and it is never sent again.",
  data: z.object({ endpoint: endpointSchema, changed: z.null() }),
});

export const ENDPOINT_DISABLED = defineEventType({
  type: "endpoint.disabled",
  subject: "endpoint",
  description: "Nothing is delivered to the endpoint any more, until it is enabled again and goes on where it stopped.",
  data: z.object({
    endpoint: endpointSchema,
    changed: z.null(),
    reason: z
      .enum(DISABLED_REASONS)
      .describe("ADMINISTRATOR: by hand. GONE: it answered 410. RETRIES_EXHAUSTED: a delivery failed for three days."),
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
