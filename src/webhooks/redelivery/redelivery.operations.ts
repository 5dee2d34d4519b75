/** Sends events to an endpoint again. The events keep their ids. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import { recordAudit } from "../../audit/record-audit.js";
import { countLog, findSequenceBefore } from "../../events/read-log.js";
import { Failure, INVALID_INPUT, NOT_FOUND, type FieldIssue } from "../../platform/errors/failure.js";
import { lockEndpoint, readEndpoint } from "../endpoint/change-endpoint.js";
import type { WebhookServices } from "../services.js";
import type { Redelivery } from "./redelivery.js";
import { findRedelivery, insertRedelivery } from "./redelivery.repository.js";

const MOST_EVENT_IDS = 100;

/** The events to send again: exactly one of `eventIds`, `sinceSequence` and `since`. */
export interface RedeliveryOrder {
  readonly endpointId: string;
  readonly eventIds?: readonly string[] | null;
  /** All events from this sequence on. */
  readonly sinceSequence?: number | null;
  /** All events from this time on. */
  readonly since?: Date | null;
}

/**
 * Orders a redelivery. A worker sends the events in the sequence of the log. First attempts of new events do not wait for
 * the redelivery.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function redeliver(
  services: WebhookServices,
  caller: Caller,
  order: RedeliveryOrder,
): Promise<Redelivery> {
  const found = await readEndpoint(services, caller, order.endpointId);
  checkOrder(order);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const endpoint = await lockEndpoint(unit, found);
    const { organizationId } = endpoint;
    const cursor = await unit.row<{ last_sequence: number }>(
      "SELECT last_sequence FROM webhook_cursor WHERE endpoint_id = ?",
      [endpoint.id],
    );
    // Events after the cursor have not been attempted yet.
    const upTo = cursor?.last_sequence ?? 0;
    const eventIds = order.eventIds == null ? null : [...new Set(order.eventIds)];
    const after = order.since
      ? await findSequenceBefore(unit, organizationId, order.since)
      : Math.max(0, (order.sinceSequence ?? 1) - 1);
    const types = eventIds === null ? endpoint.eventTypes : null;
    const total = await countLog(unit, { organizationId, after, upTo, ids: eventIds, types });
    if (eventIds !== null && total < eventIds.length) await refuseUnsent(unit, organizationId, eventIds, upTo);
    const redelivery: Redelivery = {
      id: uuidv7(),
      endpointId: endpoint.id,
      state: "RUNNING",
      eventIds,
      fromSequence: after + 1,
      toSequence: Math.max(upTo, after),
      position: after,
      total,
      attempted: 0,
      succeeded: 0,
      createdAt: unit.now,
      finishedAt: null,
    };
    await insertRedelivery(unit, redelivery);
    await recordAudit(unit, {
      organizationId,
      action: "webhook_endpoint.redelivery_ordered",
      subject: { type: "webhookEndpoint", id: endpoint.id },
      after: { redeliveryId: redelivery.id, eventIds, fromSequence: redelivery.fromSequence, toSequence: upTo, total },
    });
    return redelivery;
  });
}

function checkOrder({ eventIds, sinceSequence, since }: RedeliveryOrder): void {
  const fields: FieldIssue[] = [];
  const add = (path: string, code: FieldIssue["code"], message: string) => fields.push({ path, code, message });
  const given = [eventIds, sinceSequence, since].filter((each) => each != null).length;
  if (given !== 1) add("eventIds", "INVALID", "Give exactly one of eventIds, sinceSequence and since");
  if (eventIds != null && (eventIds.length === 0 || eventIds.length > MOST_EVENT_IDS))
    add("eventIds", "INVALID", `must name 1 to ${MOST_EVENT_IDS} events`);
  if (sinceSequence != null && sinceSequence < 1) add("sinceSequence", "INVALID", "must be 1 or more");
  if (fields.length > 0) throw new Failure(INVALID_INPUT, { fields });
}

/** Refuses events of another organization, deleted events, and events that have not been attempted yet. */
async function refuseUnsent(
  unit: Parameters<typeof countLog>[0],
  organizationId: string,
  eventIds: readonly string[],
  upTo: number,
): Promise<never> {
  const fields: FieldIssue[] = [];
  for (const [index, id] of eventIds.entries())
    if ((await countLog(unit, { organizationId, after: 0, upTo, ids: [id] })) === 0)
      fields.push({
        path: `eventIds.${index}`,
        code: "UNKNOWN",
        message: "is not an event that was attempted for this endpoint before",
      });
  throw new Failure(INVALID_INPUT, { fields });
}

/**
 * Reads a redelivery with its progress.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readRedelivery({ reader }: WebhookServices, caller: Caller, id: string): Promise<Redelivery> {
  const redelivery = await findRedelivery(reader, scopeFor(caller, "WEBHOOKS_WRITE"), id);
  if (redelivery === null) throw new Failure(NOT_FOUND, { type: "redelivery" });
  return redelivery;
}
