/** A webhook message: its body, and its headers (Standard Webhooks, "Webhook metadata" and "Signature scheme"). */
import { createHmac, type KeyObject } from "node:crypto";
import type { StoredEvent } from "../events/read-log.js";

/** An event with its body, which is the same for all endpoints. */
export interface Message {
  readonly event: StoredEvent;
  readonly body: Buffer;
}

/** Writes the body of an event. The event's data are the text of a JSON object already, and are inserted as they are. */
export function writeMessage(event: StoredEvent): Message {
  const { id, sequence, organizationId, subject, cause } = event;
  const envelope = JSON.stringify({ id, sequence, organizationId, subject, cause });
  const data = event.data === "{}" ? envelope : `${envelope.slice(0, -1)},${event.data.slice(1)}`;
  const body = `{"type":${JSON.stringify(event.type)},"timestamp":"${event.occurredAt.toISOString()}","data":${data}}`;
  return { event, body: Buffer.from(body) };
}

/**
 * Makes the headers that identify and sign a message, as names and values in turn. During a rotation of secrets there are
 * two signatures, so that a receiver needs to know only one of the secrets.
 *
 * @param sentAt the time of this attempt; receivers refuse messages that were signed long ago
 */
export function signMessage(keys: readonly KeyObject[], { event, body }: Message, sentAt: Date): readonly string[] {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signed = `${event.id}.${timestamp}.`;
  const signatures = keys.map((key) => `v1,${createHmac("sha256", key).update(signed).update(body).digest("base64")}`);
  return [
    "content-type",
    "application/json; charset=utf-8",
    "webhook-id",
    event.id,
    "webhook-timestamp",
    timestamp,
    "webhook-signature",
    signatures.join(" "),
  ];
}
