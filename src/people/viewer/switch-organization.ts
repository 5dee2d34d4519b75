/** Takes a person's session into another organization that the person belongs to. */
import { v7 as uuidv7 } from "uuid";
import type { Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { Failure, NOT_FOUND, UNAUTHENTICATED } from "../../platform/errors/failure.js";
import { requireSignedIn } from "../caller/require-signed-in.js";
import { moveSession } from "../membership/membership.repository.js";
import { lockOrganization } from "../organization/organization.repository.js";
import type { Organization } from "../organization/organization.js";
import { SESSION_TOKEN_PREFIX } from "../session/session.js";
import { findUser } from "../user/user.repository.js";

/** The session in its new place. */
export interface SwitchedSession {
  readonly organization: Organization;
  /** The new cookie's value; the old one is good for nothing any more. */
  readonly sessionToken: string;
}

/**
 * Moves the caller's session into another organization, where it has other permissions: so it gets a new id and a new
 * token. It ends when it would have ended. Whether and how the person may sign in is the home organization's matter
 * alone, and was decided when the session was opened.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN for callers without a session, NOT_FOUND for who is no member there
 */
export async function switchOrganization(
  { begin }: Store,
  caller: Caller,
  organizationId: string,
): Promise<SwitchedSession> {
  const { userId, sessionId } = requireSignedIn(caller);
  const { token: sessionToken, hash: newTokenHash } = issueToken(SESSION_TOKEN_PREFIX);

  return await begin(caller, { kind: "PERSON", actor: userId }, async (unit) => {
    // Locked, so that a membership cannot end between the look at it and the move.
    const organization = await lockOrganization(unit, organizationId);
    const user = await findUser(unit, organizationId, userId);
    if (organization === null || user === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const moved = await moveSession(unit, {
      sessionId,
      userId,
      organizationId,
      newSessionId: uuidv7(),
      newTokenHash,
    });
    if (!moved) throw new Failure(UNAUTHENTICATED, {});
    await recordAudit(unit, {
      organizationId,
      action: "session.entered",
      subject: { type: "user", id: userId },
    });
    return { organization, sessionToken };
  });
}
