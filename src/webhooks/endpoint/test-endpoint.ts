/**
 * Tests a receiver with a signed `endpoint.test`. Call these functions outside a unit of work, because a transaction must
 * not wait for the network.
 */
import { v7 as uuidv7 } from "uuid";
import { causeOf, type Caller } from "../../access/caller.js";
import type { StoredEvent } from "../../events/read-log.js";
import { Failure } from "../../platform/errors/failure.js";
import { attemptDelivery, destinationOf } from "../delivery/attempt.js";
import { insertAttempts, type LoggedAttempt } from "../delivery/delivery.repository.js";
import { ENDPOINT_REFUSED } from "../failures.js";
import { writeMessage } from "../message.js";
import type { WebhookServices } from "../services.js";
import { lockEndpoint, readEndpoint } from "./change-endpoint.js";
import { ENDPOINT_TEST, endpointSnapshot } from "./endpoint.events.js";
import type { WebhookEndpoint } from "./endpoint.js";

/**
 * Sends `endpoint.test` to an endpoint and logs the attempt, whether it succeeds or fails.
 *
 * @returns the endpoint, and the id under which the attempt is logged
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function testWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<{ readonly endpoint: WebhookEndpoint; readonly eventId: string }> {
  const endpoint = await readEndpoint(services, caller, id);
  const attempt = await sendTest(services, caller, endpoint);
  await services.begin(caller, causeOf(caller), async (unit) => {
    await lockEndpoint(unit, endpoint);
    await insertAttempts(unit, [attempt]);
  });
  return { endpoint, eventId: attempt.event.id };
}

/**
 * Sends the test and requires a 2xx answer. The caller logs the attempt.
 *
 * @throws ENDPOINT_REFUSED
 */
export async function requireTest(
  services: WebhookServices,
  caller: Caller,
  endpoint: WebhookEndpoint,
): Promise<LoggedAttempt> {
  const attempt = await sendTest(services, caller, endpoint);
  const { succeeded, status, answer, failure } = attempt.result;
  if (!succeeded) throw new Failure(ENDPOINT_REFUSED, { status, answer, reason: failure ?? "" });
  return attempt;
}

async function sendTest(services: WebhookServices, caller: Caller, endpoint: WebhookEndpoint): Promise<LoggedAttempt> {
  const { outgoing, clock, keyRing } = services;
  const event: StoredEvent = {
    id: uuidv7(),
    organizationId: endpoint.organizationId,
    // The event log does not contain the test. 0 does not disturb a receiver that keeps the highest sequence it has seen.
    sequence: 0,
    type: ENDPOINT_TEST.type,
    occurredAt: clock(),
    subject: { type: ENDPOINT_TEST.subject, id: endpoint.id, version: endpoint.version },
    cause: causeOf(caller),
    data: JSON.stringify({ endpoint: endpointSnapshot(endpoint), changed: null }),
  };
  const result = await attemptDelivery(outgoing, clock, destinationOf(keyRing, endpoint, clock()), writeMessage(event));
  return { endpointId: endpoint.id, kind: "TEST", event, number: 1, result };
}
