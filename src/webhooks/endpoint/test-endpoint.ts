/** Asking a receiver whether it is there, with a signed `endpoint.test`. Goes over the network: never in a unit of work. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, type Caller } from "../../access/caller.js";
import type { StoredEvent } from "../../events/read-log.js";
import { Failure } from "../../platform/errors/failure.js";
import { attemptDelivery, destinationOf } from "../delivery/attempt.js";
import type { LoggedAttempt } from "../delivery/delivery.repository.js";
import { ENDPOINT_REFUSED } from "../failures.js";
import { writeMessage } from "../message.js";
import type { WebhookServices } from "../services.js";
import { ENDPOINT_TEST, endpointSnapshot } from "./endpoint.events.js";
import type { WebhookEndpoint } from "./endpoint.js";

/** Sends the test. Answers what came of it, to be logged. */
export async function sendTest(
  services: WebhookServices,
  caller: Caller,
  endpoint: WebhookEndpoint,
): Promise<LoggedAttempt> {
  const { outgoing, clock, keyRing } = services;
  const event: StoredEvent = {
    id: uuidv7(),
    organizationId: endpoint.organizationId,
    // It is in no log. A receiver that keeps the highest sequence that it has seen is not led astray.
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

/**
 * Sends the test, and lets nobody pass whom it does not reach.
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
