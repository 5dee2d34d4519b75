/** Reads, opens and ends sessions. Ending a session deletes its row. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { pageByKeyset, type Condition } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { readOrganizationPolicies } from "../organization/policies.js";
import {
  afterMinutes,
  findSessionEnd,
  NO_AUTHENTICATION,
  type ClientDescription,
  type Session,
  type SessionAuthentication,
  type SessionPolicies,
  type ShownSession,
} from "./session.js";

const USER_AGENT_LENGTH = 400;
/** The largest number of sessions in one statement. */
const SESSIONS_AT_ONCE = 500;

/** A session to open, without the token itself. */
export interface NewSession {
  readonly tokenHash: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly connectionId: string | null;
  /** The hash of the state or ticket of the sign-in that opens the session, if there is one. */
  readonly flowHash?: string | null;
  readonly client: ClientDescription;
  /** The policies of the person's home organization. */
  readonly policies: SessionPolicies;
  /** Missing if no provider vouches for the person. */
  readonly authentication?: SessionAuthentication;
  /** When the provider ends the session at the latest, if it sets a limit. */
  readonly providerEndsAt?: Date | null;
}

/** Opens a session. It ends when it is idle for too long, after its lifetime, or when the provider ends it. */
export async function openSession(unit: UnitOfWork, input: NewSession): Promise<Session> {
  const { authentication = NO_AUTHENTICATION, providerEndsAt = null, policies } = input;
  const lifetimeEndsAt = afterMinutes(unit.now, policies.sessionLifetimeMinutes);
  const endsAt = providerEndsAt !== null && providerEndsAt < lifetimeEndsAt ? providerEndsAt : lifetimeEndsAt;
  const session: Session = {
    id: uuidv7(),
    userId: input.userId,
    organizationId: input.organizationId,
    connectionId: input.connectionId,
    createdAt: unit.now,
    expiresAt: findSessionEnd({ createdAt: unit.now, lastUsedAt: unit.now, expiresAt: endsAt }, policies),
    lastUsedAt: unit.now,
  };
  await unit.execute(
    `INSERT INTO user_session (id, token_hash, user_id, organization_id, connection_id, flow_hash, address,
       user_agent, created_at, expires_at, ends_at, last_used_at, acr, amr, auth_time)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      endsAt,
      session.lastUsedAt,
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
  readonly policies: SessionPolicies;
}

/** Finds the valid session of a token in one query; `null` if there is none, or if the account is not active. */
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
    last_used_at: unknown;
    policies: string | null;
    permissions: string | null;
  }>(
    `SELECT s.id, s.user_id, s.organization_id, s.connection_id, s.flow_hash, s.created_at, s.expires_at, s.last_used_at,
            o.policies, r.permissions
       FROM user_session s
       JOIN app_user u ON u.id = s.user_id AND u.status = 'ACTIVE'
       LEFT JOIN organization o ON o.id = u.home_organization_id
       JOIN membership m ON m.user_id = s.user_id AND m.organization_id = s.organization_id
       LEFT JOIN membership_role mr ON mr.user_id = s.user_id AND mr.organization_id = s.organization_id
       LEFT JOIN role r ON r.id = mr.role_id
      WHERE s.token_hash = ? AND s.expires_at > ?`,
    [tokenHash, now],
  );
  const [first] = rows;
  if (first === undefined) return null;
  const policies = readPolicies(first.policies);
  const times = readTimes(first, policies);
  if (times.expiresAt <= now) return null;
  return {
    id: first.id,
    userId: first.user_id,
    organizationId: first.organization_id,
    connectionId: first.connection_id,
    flowHash: first.flow_hash,
    ...times,
    policies,
    permissionLists: rows.flatMap((row) => (row.permissions === null ? [] : [row.permissions])),
  };
}

/** @param stored JSON; `null` for a person without a home organization */
function readPolicies(stored: string | null): SessionPolicies {
  return readOrganizationPolicies(stored === null ? null : JSON.parse(stored));
}

function readTimes(
  raw: { readonly created_at: unknown; readonly expires_at: unknown; readonly last_used_at: unknown },
  policies: SessionPolicies,
): Pick<Session, "createdAt" | "lastUsedAt" | "expiresAt"> {
  const createdAt = toDate(raw.created_at);
  const times = {
    createdAt,
    lastUsedAt: toDateOrNull(raw.last_used_at) ?? createdAt,
    expiresAt: toDate(raw.expires_at),
  };
  return { ...times, expiresAt: findSessionEnd(times, policies) };
}

interface RawSession {
  id: string;
  user_id: string;
  organization_id: string;
  connection_id: string | null;
  address: string | null;
  user_agent: string | null;
  created_at: unknown;
  expires_at: unknown;
  last_used_at: unknown;
  acr: string | null;
  amr: string | null;
  auth_time: unknown;
}

const SESSION_COLUMNS = `s.id, s.user_id, s.organization_id, s.connection_id, s.address, s.user_agent, s.created_at,
  s.expires_at, s.last_used_at, s.acr, s.amr, s.auth_time`;

const fromRaw =
  (policies: SessionPolicies) =>
  (raw: RawSession): ShownSession => ({
    id: raw.id,
    userId: raw.user_id,
    organizationId: raw.organization_id,
    connectionId: raw.connection_id,
    address: raw.address,
    userAgent: raw.user_agent,
    ...readTimes(raw, policies),
    acr: raw.acr,
    amr: raw.amr === null ? [] : (JSON.parse(raw.amr) as string[]),
    authTime: toDateOrNull(raw.auth_time),
  });

/** A session that nobody has ended, even if it has expired, with how its person authenticated; `null` if there is none. */
export async function findSession(reader: Reader, id: string): Promise<ShownSession | null> {
  const raw = await reader.row<RawSession & { policies: string | null }>(
    `SELECT ${SESSION_COLUMNS}, o.policies FROM user_session s
       JOIN app_user u ON u.id = s.user_id
       LEFT JOIN organization o ON o.id = u.home_organization_id
      WHERE s.id = ?`,
    [id],
  );
  return raw === undefined ? null : fromRaw(readPolicies(raw.policies))(raw);
}

/** The valid sessions of a person as a condition on the table alias `s`, with the policies that end them. */
async function findInForce(
  reader: Reader,
  userId: string,
  now: Date,
): Promise<{ readonly condition: Condition; readonly policies: SessionPolicies }> {
  const raw = await reader.row<{ policies: string | null }>(
    "SELECT o.policies FROM app_user u LEFT JOIN organization o ON o.id = u.home_organization_id WHERE u.id = ?",
    [userId],
  );
  const policies = readPolicies(raw?.policies ?? null);
  const { sessionIdleMinutes, sessionLifetimeMinutes } = policies;
  return {
    policies,
    condition: {
      sql: "s.user_id = ? AND s.expires_at > ? AND s.created_at > ? AND COALESCE(s.last_used_at, s.created_at) > ?",
      parameters: [userId, now, afterMinutes(now, -sessionLifetimeMinutes), afterMinutes(now, -sessionIdleMinutes)],
    },
  };
}

/** One page of a person's valid sessions, the newest first. */
export async function pageSessionsOf(
  reader: Reader,
  userId: string,
  args: PageArgs,
  now: Date,
): Promise<Page<ShownSession>> {
  const { condition, policies } = await findInForce(reader, userId, now);
  const page = await pageByKeyset<RawSession>({
    reader,
    select: SESSION_COLUMNS,
    from: "user_session s",
    where: condition,
    order: [
      { column: "s.created_at", direction: "DESC", kind: "time", read: (raw) => toDate(raw.created_at) },
      { column: "s.id", direction: "DESC", kind: "text", read: (raw) => raw.id },
    ],
    args,
  });
  return toPage(page, fromRaw(policies));
}

/**
 * Ends every session of a person, and counts those that had not expired.
 *
 * @param kept the id of a session that stays; `null` for none
 * @returns how many valid sessions this call ended
 */
export async function endAndCountSessions(unit: UnitOfWork, userId: string, kept: string | null): Promise<number> {
  const { condition } = await findInForce(unit, userId, unit.now);
  const counted = await unit.row<{ total: number | string }>(
    `SELECT COUNT(*) AS total FROM user_session s WHERE ${condition.sql} AND s.id <> ?`,
    [...condition.parameters, kept ?? ""],
  );
  await endSessionsOfUserExcept(unit, userId, kept);
  return Number(counted?.total ?? 0);
}

/**
 * Stores that sessions were used now. Each session then ends after the idle time of its policies, but not after its
 * lifetime. If another replica has stored a later use, it stays.
 */
export async function noteSessionsUsed(
  unit: UnitOfWork,
  used: readonly Pick<SessionWithRoles, "id" | "policies">[],
): Promise<void> {
  const byIdleTime = new Map<number, string[]>();
  for (const { id, policies } of used) {
    const ids = byIdleTime.get(policies.sessionIdleMinutes) ?? [];
    ids.push(id);
    byIdleTime.set(policies.sessionIdleMinutes, ids);
  }
  for (const [minutes, ids] of byIdleTime)
    for (let start = 0; start < ids.length; start += SESSIONS_AT_ONCE) {
      const some = ids.slice(start, start + SESSIONS_AT_ONCE).toSorted();
      const idleEnd = afterMinutes(unit.now, minutes);
      await unit.execute(
        `UPDATE user_session SET last_used_at = ?,
                expires_at = CASE WHEN ends_at IS NULL THEN expires_at WHEN ends_at < ? THEN ends_at ELSE ? END
          WHERE id IN (${placeholders(some)}) AND expires_at > ? AND (last_used_at IS NULL OR last_used_at < ?)`,
        [unit.now, idleEnd, idleEnd, ...some, unit.now, unit.now],
      );
    }
}

/** Ends one session by its token. Returns whether there was one. */
export async function endSessionByToken(unit: UnitOfWork, tokenHash: string): Promise<boolean> {
  return (await unit.execute("DELETE FROM user_session WHERE token_hash = ?", [tokenHash])) === 1;
}

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

/**
 * The connection through which an expired session of this organization began; `null` if no connection did, or if the
 * token has no expired session here.
 */
export async function findConnectionOfExpired(
  reader: Reader,
  tokenHash: string,
  organizationId: string,
  now: Date,
): Promise<string | null> {
  const raw = await reader.row<RawSession & { policies: string | null }>(
    `SELECT ${SESSION_COLUMNS}, o.policies FROM user_session s
       JOIN app_user u ON u.id = s.user_id
       LEFT JOIN organization o ON o.id = u.home_organization_id
      WHERE s.token_hash = ? AND s.organization_id = ?`,
    [tokenHash, organizationId],
  );
  if (raw === undefined) return null;
  const { connectionId, expiresAt } = fromRaw(readPolicies(raw.policies))(raw);
  return expiresAt <= now ? connectionId : null;
}

/** How long an expired session is kept. Its browser can so long be led back to the provider through which it signed in. */
const SWEEP_AFTER_SECONDS = 24 * 60 * 60;

/** Deletes sessions that expired more than a day ago. Returns how many. */
export async function sweepSessions(unit: UnitOfWork): Promise<number> {
  const horizon = new Date(unit.now.getTime() - SWEEP_AFTER_SECONDS * 1000);
  return await unit.execute("DELETE FROM user_session WHERE expires_at <= ?", [horizon]);
}
