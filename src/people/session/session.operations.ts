/** Lists and ends the sessions of people: one's own, or those of a user. */
import { causeOf, scopeFor, type Caller, type Cause } from "../../access/caller.js";
import type { Permission } from "../../access/permission.js";
import type { Store } from "../../access/store.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import type { Page, PageArgs } from "../../platform/graphql/paging.js";
import { requireSignedIn } from "../caller/require-signed-in.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { findUser } from "../user/user.repository.js";
import { describeDevice } from "./describe-device.js";
import { recordSignOut } from "./record-sign-out.js";
import { endSessions, endAndCountSessions, findSession, pageSessionsOf } from "./session.repository.js";
import type { ShownSession } from "./session.js";

/**
 * One page of the signed-in person's own sessions, the newest first; `null` for a key.
 *
 * @throws INVALID_INPUT for a broken cursor
 */
export async function listOwnSessions(
  { reader }: Store,
  caller: Caller,
  page: PageArgs,
  now: Date,
): Promise<Page<ShownSession> | null> {
  return caller.kind === "PERSON" ? await pageSessionsOf(reader, caller.userId, page, now) : null;
}

/**
 * One page of the sessions of a user of the caller's organization, including sessions in other organizations, the newest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (also for members whose home is another organization), INVALID_INPUT
 */
export async function listSessions(
  { reader }: Store,
  caller: Caller,
  userId: string,
  page: PageArgs,
  now: Date,
): Promise<Page<ShownSession>> {
  const home = await findHome(reader, caller, userId, "USERS_READ");
  if (home === null) throw new Failure(NOT_FOUND, { type: "user" });
  return await pageSessionsOf(reader, userId, page, now);
}

/**
 * Ends one session at once: the caller's own, or one of a user of the caller's organization.
 *
 * @returns the session before its end
 * @throws UNAUTHENTICATED, FORBIDDEN, and NOT_FOUND also for a session that has ended
 */
export async function revokeSession({ reader, begin }: Store, caller: Caller, id: string): Promise<ShownSession> {
  const found = await findSession(reader, id);
  const home = await findHome(reader, caller, found?.userId ?? null, "USERS_WRITE");
  if (found === null || home === null) throw new Failure(NOT_FOUND, { type: "session" });
  return await begin(caller, causeFor(caller, found.userId), async (unit) => {
    const organization = await lockOrganization(unit, home);
    const session = await findSession(unit, id);
    if (organization === null || session === null || session.expiresAt <= unit.now)
      throw new Failure(NOT_FOUND, { type: "session" });
    await endSessions(unit, [id]);
    const { connectionId, address, userAgent } = session;
    await recordSignOut(unit, organization, session, {
      action: "session.revoked",
      after: { sessionId: id, connectionId, address, device: describeDevice(userAgent) },
    });
    return session;
  });
}

/** The person whose sessions to end. */
export interface SessionsToRevoke {
  /** Absent: the signed-in person. */
  readonly userId?: string | null;
  /** Whether the session of the request stays. */
  readonly keepCurrent?: boolean | null;
}

/**
 * Ends all sessions of a person at once: the caller's own, or those of a user of the caller's organization.
 *
 * @returns how many sessions ended
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function revokeSessions(
  { reader, begin }: Store,
  caller: Caller,
  { userId: named, keepCurrent }: SessionsToRevoke,
): Promise<number> {
  const userId = named ?? requireSignedIn(caller).userId;
  const home = await findHome(reader, caller, userId, "USERS_WRITE");
  if (home === null) throw new Failure(NOT_FOUND, { type: "user" });
  const kept = keepCurrent === true && caller.kind === "PERSON" ? caller.sessionId : null;
  return await begin(caller, causeFor(caller, userId), async (unit) => {
    const organization = await lockOrganization(unit, home);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "user" });
    const count = await endAndCountSessions(unit, userId, kept);
    if (count > 0)
      await recordSignOut(
        unit,
        organization,
        { userId, connectionId: null },
        { action: "session.revoked", after: { count, keptSessionId: kept } },
      );
    return count;
  });
}

/**
 * The home organization of a person whose sessions the caller may see or end; `null` if the caller's organization has no
 * such person. Only the home organization sees and ends the sessions of its people.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
async function findHome(
  reader: Reader,
  caller: Caller,
  userId: string | null,
  permission: Permission,
): Promise<string | null> {
  const scope = isOneself(caller, userId) ? null : scopeFor(caller, permission);
  const user = userId === null ? null : await findUser(reader, null, userId);
  return user === null || (scope !== null && scope !== user.homeOrganizationId) ? null : user.homeOrganizationId;
}

function causeFor(caller: Caller, userId: string): Cause {
  return isOneself(caller, userId) ? { kind: "PERSON", actor: userId } : causeOf(caller);
}

function isOneself(caller: Caller, userId: string | null): boolean {
  return caller.kind === "PERSON" && caller.userId === userId;
}
