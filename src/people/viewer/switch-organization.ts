/** Moves a session into another organization that the person belongs to. */
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

/** The moved session. */
export interface SwitchedSession {
  readonly organization: Organization;
  /** The new cookie's value. The old one is no longer valid. */
  readonly sessionToken: string;
}

/**
 * Moves the caller's session into another organization. The session gets a new id and a new token, because its permissions
 * change, and keeps its expiry. Only the home organization decides whether the person may sign in. It decided when the session
 * was opened.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN for callers without a session, NOT_FOUND if the person is not a member there
 */
export async function switchOrganization(
  { begin }: Store,
  caller: Caller,
  organizationId: string,
): Promise<SwitchedSession> {
  const { userId, sessionId } = requireSignedIn(caller);
  const { token: sessionToken, hash: newTokenHash } = issueToken(SESSION_TOKEN_PREFIX);

  return await begin(caller, { kind: "PERSON", actor: userId }, async (unit) => {
    // Locked, so that the membership cannot end between the check and the move.
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
