/** Reads, opens and ends sessions. Ending a session deletes its row. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import {
  NO_AUTHENTICATION,
  SESSION_LIFETIME_SECONDS,
  type ClientDescription,
  type Session,
  type SessionAuthentication,
  type ShownSession,
} from "./session.js";

const USER_AGENT_LENGTH = 400;

/** A session to open, without the token itself. */
export interface NewSession {
  readonly tokenHash: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly connectionId: string | null;
  /** The hash of the state or ticket of the sign-in that opens the session, if there is one. */
  readonly flowHash?: string | null;
  readonly client: ClientDescription;
  /** Missing if no provider vouches for the person. */
  readonly authentication?: SessionAuthentication;
  /** When the provider ends the session at the latest, if it sets a limit. */
  readonly providerEndsAt?: Date | null;
}

/** Opens a session. It ends after its lifetime, or before, when the provider ends it. */
export async function openSession(unit: UnitOfWork, input: NewSession): Promise<Session> {
  const lifetimeEndsAt = new Date(unit.now.getTime() + SESSION_LIFETIME_SECONDS * 1000);
  const { authentication = NO_AUTHENTICATION, providerEndsAt = null } = input;
  const session: Session = {
    id: uuidv7(),
    userId: input.userId,
    organizationId: input.organizationId,
    connectionId: input.connectionId,
    createdAt: unit.now,
    expiresAt: providerEndsAt !== null && providerEndsAt < lifetimeEndsAt ? providerEndsAt : lifetimeEndsAt,
  };
  await unit.execute(
    `INSERT INTO user_session (id, token_hash, user_id, organization_id, connection_id, flow_hash, address,
       user_agent, created_at, expires_at, acr, amr, auth_time)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      session.id,
      input.tokenHash,
      session.userId,
      session.organizationId,
      session.connectionId,
      input.flowHash ?? null,
      input.client.address,
      input.client.userAgent?.slice(0, USER_AGENT_LENGTH) ?? null,
      session.createdAt,
      session.expiresAt,
      authentication.acr,
      JSON.stringify(authentication.amr),
      authentication.authTime,
    ],
  );
  return session;
}

/** A valid session, with the permissions of its person. */
export interface SessionWithRoles extends Session {
  /** The hash of the state or ticket of the sign-in that opened the session; `null` if there was none. */
  readonly flowHash: string | null;
  /** JSON lists of permissions, one for each role of the person in the session's organization. */
  readonly permissionLists: readonly string[];
}

/** The valid session of a token, if the account is active, in one query. */
export async function findSessionInForce(
  reader: Reader,
  tokenHash: string,
  now: Date,
): Promise<SessionWithRoles | null> {
  const rows = await reader.rows<{
    id: string;
    user_id: string;
    organization_id: string;
    connection_id: string | null;
    flow_hash: string | null;
    created_at: unknown;
    expires_at: unknown;
    permissions: string | null;
  }>(
    `SELECT s.id, s.user_id, s.organization_id, s.connection_id, s.flow_hash, s.created_at, s.expires_at, r.permissions
       FROM user_session s
       JOIN app_user u ON u.id = s.user_id AND u.status = 'ACTIVE'
       JOIN membership m ON m.user_id = s.user_id AND m.organization_id = s.organization_id
       LEFT JOIN membership_role mr ON mr.user_id = s.user_id AND mr.organization_id = s.organization_id
       LEFT JOIN role r ON r.id = mr.role_id
      WHERE s.token_hash = ? AND s.expires_at > ?`,
    [tokenHash, now],
  );
  const [first] = rows;
  if (first === undefined) return null;
  return {
    id: first.id,
    userId: first.user_id,
    organizationId: first.organization_id,
    connectionId: first.connection_id,
    flowHash: first.flow_hash,
    createdAt: toDate(first.created_at),
    expiresAt: toDate(first.expires_at),
    permissionLists: rows.flatMap((row) => (row.permissions === null ? [] : [row.permissions])),
  };
}

/** A session that is not ended, with how its person authenticated. */
export async function findSession(reader: Reader, id: string): Promise<ShownSession | null> {
  const raw = await reader.row<{
    user_id: string;
    organization_id: string;
    connection_id: string | null;
    created_at: unknown;
    expires_at: unknown;
    acr: string | null;
    amr: string | null;
    auth_time: unknown;
  }>(
    `SELECT user_id, organization_id, connection_id, created_at, expires_at, acr, amr, auth_time
       FROM user_session WHERE id = ?`,
    [id],
  );
  if (raw === undefined) return null;
  return {
    id,
    userId: raw.user_id,
    organizationId: raw.organization_id,
    connectionId: raw.connection_id,
    createdAt: toDate(raw.created_at),
    expiresAt: toDate(raw.expires_at),
    acr: raw.acr,
    amr: raw.amr === null ? [] : (JSON.parse(raw.amr) as string[]),
    authTime: toDateOrNull(raw.auth_time),
  };
}

/** Ends one session by its token. Returns whether there was one. */
export async function endSessionByToken(unit: UnitOfWork, tokenHash: string): Promise<boolean> {
  return (await unit.execute("DELETE FROM user_session WHERE token_hash = ?", [tokenHash])) === 1;
}

/** The largest number of sessions in one statement. */
const SESSIONS_AT_ONCE = 500;

/** Ends sessions by their ids. Returns how many there were. */
export async function endSessions(unit: UnitOfWork, sessionIds: readonly string[]): Promise<number> {
  let ended = 0;
  for (let start = 0; start < sessionIds.length; start += SESSIONS_AT_ONCE) {
    const some = sessionIds.slice(start, start + SESSIONS_AT_ONCE);
    ended += await unit.execute(`DELETE FROM user_session WHERE id IN (${placeholders(some)})`, some);
  }
  return ended;
}

/** Ends every session that a connection started. Returns how many. */
export async function endSessionsOfConnection(unit: UnitOfWork, connectionId: string): Promise<number> {
  return await unit.execute("DELETE FROM user_session WHERE connection_id = ?", [connectionId]);
}

/** Ends every session of a user. Returns how many. */
export async function endSessionsOfUser(unit: UnitOfWork, userId: string): Promise<number> {
  return await unit.execute("DELETE FROM user_session WHERE user_id = ?", [userId]);
}

/** Ends the sessions of a user except one; all if `sessionId` is `null`. Returns how many. */
export async function endSessionsOfUserExcept(
  unit: UnitOfWork,
  userId: string,
  sessionId: string | null,
): Promise<number> {
  return await unit.execute("DELETE FROM user_session WHERE user_id = ? AND id <> ?", [userId, sessionId ?? ""]);
}

/** The connection that gave an expired session in this organization; `null` if there is no such session. */
export async function findConnectionOfExpired(
  reader: Reader,
  tokenHash: string,
  organizationId: string,
  now: Date,
): Promise<string | null> {
  const row = await reader.row<{ connection_id: string | null }>(
    "SELECT connection_id FROM user_session WHERE token_hash = ? AND organization_id = ? AND expires_at <= ?",
    [tokenHash, organizationId, now],
  );
  return row?.connection_id ?? null;
}

/** How long an expired session is kept, so that its browser is led to the provider that gave it. */
const SWEEP_AFTER_SECONDS = 24 * 60 * 60;

/** Deletes sessions that expired a day ago. */
export async function sweepSessions(unit: UnitOfWork): Promise<number> {
  const horizon = new Date(unit.now.getTime() - SWEEP_AFTER_SECONDS * 1000);
  return await unit.execute("DELETE FROM user_session WHERE expires_at <= ?", [horizon]);
}
