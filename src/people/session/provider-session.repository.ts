/** Reads and stores what Usher knows about the sessions that people have at their providers. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { Reader, SqlValue } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import type { Session } from "./session.js";

/** A person's session at the provider, see the contract of connection types. */
export interface KeptProviderSession {
  readonly subject: string;
  readonly index: string | null;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The context of the sealed text. It names the person and not the session, because a session gets a new id when it moves
 * into another organization.
 */
const sealContext = (connectionId: string, subjectHash: string) => `provider_session:${connectionId}:${subjectHash}`;

/** Stores the provider's session beside a session that a connection started. */
export async function keepProviderSession(
  unit: UnitOfWork,
  keyRing: KeyRing,
  { id, connectionId }: { readonly id: string; readonly connectionId: string },
  kept: KeptProviderSession,
): Promise<void> {
  const subjectHash = sha256Hex(kept.subject);
  await unit.execute(
    "INSERT INTO provider_session (session_id, connection_id, subject_hash, index_hash, payload) VALUES (?, ?, ?, ?, ?)",
    [
      id,
      connectionId,
      subjectHash,
      kept.index === null ? null : sha256Hex(kept.index),
      keyRing.seal(JSON.stringify(kept), sealContext(connectionId, subjectHash)),
    ],
  );
}

/**
 * The provider's session beside a session; `null` if there is none.
 *
 * @throws UnsealError if its key is no longer in the ring
 */
export async function findProviderSession(
  reader: Reader,
  keyRing: KeyRing,
  sessionId: string,
): Promise<KeptProviderSession | null> {
  const row = await reader.row<{ connection_id: string; subject_hash: string; payload: string }>(
    "SELECT connection_id, subject_hash, payload FROM provider_session WHERE session_id = ?",
    [sessionId],
  );
  if (row === undefined) return null;
  return JSON.parse(keyRing.open(row.payload, sealContext(row.connection_id, row.subject_hash))) as KeptProviderSession;
}

/** The sessions that a provider ended, by the provider's own names. */
export interface SessionsAtProvider {
  readonly connectionId: string;
  /** `null` for every person. */
  readonly subject: string | null;
  /** Empty for every session of the subject. */
  readonly indexes: readonly string[];
}

/**
 * The valid sessions that a connection started and that the provider says have ended. A session that was stored without
 * an index matches every index of its subject.
 */
export async function findSessionsAtProvider(
  reader: Reader,
  { connectionId, subject, indexes }: SessionsAtProvider,
  now: Date,
): Promise<readonly Pick<Session, "id" | "userId">[]> {
  if (subject === null && indexes.length === 0) return [];
  const conditions = ["p.connection_id = ?", "s.expires_at > ?"];
  const parameters: SqlValue[] = [connectionId, now];
  if (subject !== null) {
    conditions.push("p.subject_hash = ?");
    parameters.push(sha256Hex(subject));
  }
  if (indexes.length > 0) {
    const isNamed = `p.index_hash IN (${placeholders(indexes)})`;
    conditions.push(subject === null ? isNamed : `(p.index_hash IS NULL OR ${isNamed})`);
    parameters.push(...indexes.map(sha256Hex));
  }
  const rows = await reader.rows<{ id: string; user_id: string }>(
    `SELECT s.id, s.user_id FROM provider_session p JOIN user_session s ON s.id = p.session_id
      WHERE ${conditions.join(" AND ")}`,
    parameters,
  );
  return rows.map(({ id, user_id: userId }) => ({ id, userId }));
}
