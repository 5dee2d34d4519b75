/** Resolves the API key or session cookie of a request into a caller. */
import { ANONYMOUS, type Caller } from "../../access/caller.js";
import { isPermission, type Permission } from "../../access/permission.js";
import type { Clock } from "../../platform/clock.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, UNAUTHENTICATED } from "../../platform/errors/failure.js";
import { findKeyInForce } from "../api-key/api-key.repository.js";
import { OPERATOR_SESSION_PREFIX } from "../operator/operator.js";
import { findOperatorSession } from "../operator/operator.repository.js";
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
 * browsers keep cookies. An unknown, expired or revoked key is refused, so that the client notices; so is the key of a person
 * who has left.
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
  if (credentials.authorization !== null) return await resolveApiKey(reader, clock, credentials.authorization, note);
  if (credentials.sessionToken !== null) return await resolveSession(reader, clock, credentials.sessionToken, note);
  return ANONYMOUS;
}

async function resolveApiKey(reader: Reader, clock: Clock, authorization: string, note: NoteUse): Promise<Caller> {
  const [, key] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization) ?? [];
  if (key === undefined || key.length > LONGEST_TOKEN) throw new Failure(UNAUTHENTICATED, {});
  const found = await findKeyInForce(reader, hashToken(key), clock());
  if (found === null) throw new Failure(UNAUTHENTICATED, {});
  note({ kind: "API_KEY", ...found });
  if (found.organizationId === null) return { kind: "OPERATOR", apiKeyId: found.id };
  return {
    kind: "API_KEY",
    apiKeyId: found.id,
    organizationId: found.organizationId,
    permissions: new Set(found.scopes),
    limitedMaker: found.limitedMaker,
  };
}

async function resolveSession(reader: Reader, clock: Clock, token: string, note: NoteUse): Promise<Caller> {
  if (token.length > LONGEST_TOKEN) return ANONYMOUS;
  if (token.startsWith(OPERATOR_SESSION_PREFIX)) {
    const found = await findOperatorSession(reader, hashToken(token), clock());
    return found === null ? ANONYMOUS : { kind: "OPERATOR", operatorId: found.operatorId, sessionId: found.id };
  }
  const session = await findSessionInForce(reader, hashToken(token), clock());
  if (session === null) return ANONYMOUS;
  note({ kind: "SESSION", ...session });
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
