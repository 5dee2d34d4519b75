/** Warns of endpoints that post the same events to the same address, where the receiver gets each event several times. */
import type { Reader } from "../../platform/database/database.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { findEndpointsAt } from "./endpoint.repository.js";

/** Returns the warning, or `null` when no other endpoint of the organization has the same URL and an event type in common. */
export async function warnOfDuplicates(reader: Reader, endpoint: WebhookEndpoint): Promise<string | null> {
  const sameUrl = await findEndpointsAt(reader, endpoint.organizationId, endpoint.url);
  const duplicates = sameUrl.filter(
    ({ id, eventTypes }) => id !== endpoint.id && overlap(eventTypes, endpoint.eventTypes),
  );
  if (duplicates.length === 0) return null;
  const ids = duplicates.map(({ id }) => id).join(", ");
  return `Another endpoint with this URL exists (${ids}), so the receiver gets events more than once. Delete one with deleteWebhookEndpoint, or give them different eventTypes.`;
}

/** `null` stands for all types. */
function overlap(some: readonly string[] | null, others: readonly string[] | null): boolean {
  return some === null || others === null || some.some((type) => others.includes(type));
}
