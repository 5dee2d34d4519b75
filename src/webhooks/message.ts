/** A webhook message: its body, and its headers (Standard Webhooks, "Webhook metadata" and "Signature scheme"). */
import { createHmac, type KeyObject } from "node:crypto";
import type { StoredEvent } from "../events/read-log.js";

/** An event as it is sent, to however many endpoints. */
export interface Message {
  readonly event: StoredEvent;
  readonly body: Buffer;
}

/** Writes an event down. Its data are JSON text already, an object, and are put in as they are. */
export function writeMessage(event: StoredEvent): Message {
  const { id, sequence, organizationId, subject, cause } = event;
  const envelope = JSON.stringify({ id, sequence, organizationId, subject, cause });
  const data = event.data === "{}" ? envelope : `${envelope.slice(0, -1)},${event.data.slice(1)}`;
  const body = `{"type":${JSON.stringify(event.type)},"timestamp":"${event.occurredAt.toISOString()}","data":${data}}`;
  return { event, body: Buffer.from(body) };
}

/**
 * The headers that identify and sign a message, names and values in turn. While a secret is rotated there are two
 * signatures, and a receiver that knows either takes the message.
 *
 * @param sentAt of this attempt: receivers refuse what was signed long ago
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
