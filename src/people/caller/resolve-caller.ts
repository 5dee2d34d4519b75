/** Resolves the API key or session cookie of a request into a caller. */
import { ANONYMOUS, type Caller } from "../../access/caller.js";
import { isPermission, type Permission } from "../../access/permission.js";
import type { Clock } from "../../platform/clock.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { toDateOrNull } from "../../platform/database/values.js";
import { Failure, UNAUTHENTICATED } from "../../platform/errors/failure.js";
import { noUse, type NoteUse } from "./note-use.js";
import { findSessionInForce } from "../session/session.repository.js";

/** The credentials of a request. */
export interface Credentials {
  /** The whole `Authorization` header. */
  readonly authorization: string | null;
  /** The session cookie's value. */
  readonly sessionToken: string | null;
}

const LONGEST_TOKEN = 512;

/**
 * The caller of a request. A key takes precedence over a cookie. An expired session makes the caller anonymous, because
 * browsers keep cookies. An unknown, expired or revoked key is refused, so that the client notices.
 *
 * @param note called with a session that the request uses, which prolongs the session
 * @throws UNAUTHENTICATED for an `Authorization` header without a valid key
 */
export async function resolveCaller(
  reader: Reader,
  clock: Clock,
  credentials: Credentials,
  note: NoteUse = noUse,
): Promise<Caller> {
  if (credentials.authorization !== null) return await resolveApiKey(reader, clock, credentials.authorization);
  if (credentials.sessionToken !== null) return await resolveSession(reader, clock, credentials.sessionToken, note);
  return ANONYMOUS;
}

async function resolveApiKey(reader: Reader, clock: Clock, authorization: string): Promise<Caller> {
  const [, key] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization) ?? [];
  if (key === undefined || key.length > LONGEST_TOKEN) throw new Failure(UNAUTHENTICATED, {});
  const row = await reader.row<{
    id: string;
    organization_id: string | null;
    scopes: string;
    expires_at: unknown;
    revoked_at: unknown;
    limited_maker: string | null;
  }>("SELECT id, organization_id, scopes, expires_at, revoked_at, limited_maker FROM api_key WHERE token_hash = ?", [
    hashToken(key),
  ]);
  if (row === undefined || row.revoked_at !== null) throw new Failure(UNAUTHENTICATED, {});
  const expiresAt = toDateOrNull(row.expires_at);
  if (expiresAt !== null && expiresAt <= clock()) throw new Failure(UNAUTHENTICATED, {});
  if (row.organization_id === null) return { kind: "OPERATOR", apiKeyId: row.id };
  return {
    kind: "API_KEY",
    apiKeyId: row.id,
    organizationId: row.organization_id,
    permissions: readPermissions([row.scopes]),
    limitedMaker: row.limited_maker,
  };
}

async function resolveSession(reader: Reader, clock: Clock, token: string, note: NoteUse): Promise<Caller> {
  if (token.length > LONGEST_TOKEN) return ANONYMOUS;
  const session = await findSessionInForce(reader, hashToken(token), clock());
  if (session === null) return ANONYMOUS;
  note(session);
  return {
    kind: "PERSON",
    userId: session.userId,
    sessionId: session.id,
    organizationId: session.organizationId,
    permissions: readPermissions(session.permissionLists),
  };
}

/** The union of stored permission lists, without permissions that this version does not know. */
function readPermissions(lists: readonly string[]): ReadonlySet<Permission> {
  return new Set(lists.flatMap((list) => (JSON.parse(list) as string[]).filter(isPermission)));
}
