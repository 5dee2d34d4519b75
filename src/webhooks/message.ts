/** A webhook message: its body, and its headers (Standard Webhooks, "Webhook metadata" and "Signature scheme"). */
import type { Webhook } from "standardwebhooks";
import type { StoredEvent } from "../events/read-log.js";

/** The body of an event. Its data are JSON text already, an object, and are put in as they are. */
export function writeBody(event: StoredEvent): string {
  const { id, sequence, organizationId, subject, cause } = event;
  const envelope = JSON.stringify({ id, sequence, organizationId, subject, cause });
  const data = event.data === "{}" ? envelope : `${envelope.slice(0, -1)},${event.data.slice(1)}`;
  return `{"type":${JSON.stringify(event.type)},"timestamp":"${event.occurredAt.toISOString()}","data":${data}}`;
}

/**
 * The headers that identify and sign a body. While a secret is rotated there are two signatures, and a receiver that
 * knows either takes the message.
 *
 * @param sentAt of this attempt: receivers refuse what was signed long ago
 */
export function signMessage(
  signers: readonly Webhook[],
  id: string,
  sentAt: Date,
  body: string,
): Readonly<Record<string, string>> {
  return {
    "content-type": "application/json; charset=utf-8",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
    "webhook-signature": signers.map((signer) => signer.sign(id, sentAt, body)).join(" "),
  };
}
