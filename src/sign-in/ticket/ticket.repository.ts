/** The ticket table. A ticket can be used once, within a minute. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";

/** The browser follows the redirect at once. The minute is for slow networks. */
const TICKET_LIFETIME_SECONDS = 60;

/** A ticket as stored. */
export interface StoredTicket {
  readonly ticketHash: string;
  readonly connectionId: string;
  readonly trustVersion: number;
  readonly browserHash: string;
  readonly payload: string;
}

/** Stores a new ticket. */
export async function insertTicket(unit: UnitOfWork, ticket: StoredTicket): Promise<void> {
  const { ticketHash, connectionId, trustVersion, browserHash, payload } = ticket;
  const expiresAt = new Date(unit.now.getTime() + TICKET_LIFETIME_SECONDS * 1000);
  await unit.execute(
    `INSERT INTO sso_ticket (ticket_hash, connection_id, trust_version, browser_hash, payload, expires_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [ticketHash, connectionId, trustVersion, browserHash, payload, expiresAt],
  );
}

/** A ticket by its hash, also if it is used or expired. */
export async function findTicket(reader: Reader, ticketHash: string): Promise<StoredTicket | null> {
  const raw = await reader.row<{
    ticket_hash: string;
    connection_id: string;
    trust_version: number;
    browser_hash: string;
    payload: string;
  }>(
    `SELECT ticket_hash, connection_id, trust_version, browser_hash, payload
       FROM sso_ticket WHERE ticket_hash = ?`,
    [ticketHash],
  );
  if (raw === undefined) return null;
  return {
    ticketHash: raw.ticket_hash,
    connectionId: raw.connection_id,
    trustVersion: raw.trust_version,
    browserHash: raw.browser_hash,
    payload: raw.payload,
  };
}

/**
 * Consumes a ticket. Exactly one caller among all replicas gets `true`.
 *
 * @param remainder the payload to keep, without the verified contents
 */
export async function consumeTicket(unit: UnitOfWork, ticketHash: string, remainder: string): Promise<boolean> {
  const affected = await unit.execute(
    "UPDATE sso_ticket SET consumed_at = ?, payload = ? WHERE ticket_hash = ? AND consumed_at IS NULL AND expires_at > ?",
    [unit.now, remainder, ticketHash, unit.now],
  );
  return affected === 1;
}

/** How long a used ticket is kept, for a browser that repeats its request. */
const SWEEP_USED_AFTER_SECONDS = 60 * 60;

/** Deletes expired tickets: unused ones at once, used ones an hour later. */
export async function sweepTickets(unit: UnitOfWork): Promise<void> {
  const horizon = new Date(unit.now.getTime() - SWEEP_USED_AFTER_SECONDS * 1000);
  await unit.execute("DELETE FROM sso_ticket WHERE expires_at < ? AND (consumed_at IS NULL OR expires_at < ?)", [
    unit.now,
    horizon,
  ]);
}
