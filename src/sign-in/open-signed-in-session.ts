/** The end of every successful sign-in: a new session, the event `user.signed_in`, an audit entry and the recorded attempt. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { recordAudit } from "../audit/record-audit.js";
import { appendEvent } from "../events/append-event.js";
import type { Organization } from "../people/organization/organization.js";
import { endSessionByToken, openSession } from "../people/session/session.repository.js";
import type { Session } from "../people/session/session.js";
import { describeAccount } from "../people/user/user.changes.js";
import { USER_SIGNED_IN } from "../people/user/user.events.js";
import type { User, UserSnapshot } from "../people/user/user.js";
import { hashToken } from "../platform/crypto/tokens.js";
import { recordBreakGlassUse } from "./record-break-glass-use.js";
import { authenticationOf, recordAttempt, type Attempt } from "./attempt/attempt.js";
import type { BrowserRequest } from "./browser-request.js";

/** A person who may sign in, in their home organization. */
export interface AllowedSignIn {
  readonly attempt: Attempt;
  readonly organization: Organization;
  readonly user: User;
  /** The account as the event shows it. If absent, the account is read from the database. */
  readonly snapshot?: UserSnapshot | null;
  readonly browser: BrowserRequest;
  /** The hash of the new session's token. Only the browser gets the token. */
  readonly tokenHash: string;
  /** The hash of the state or ticket that the browser brought; missing for a one-time link. */
  readonly flowHash?: string;
  /**
   * Where the operator can be reached, for the notice about a break-glass account; missing for sign-ins that break-glass
   * accounts cannot use.
   */
  readonly operatorContact?: string | null;
}

/** Ends the session that the browser had, opens a new one, and records the event, the audit entry and the attempt. */
export async function openSignedInSession(unit: UnitOfWork, signIn: AllowedSignIn): Promise<Session> {
  const { attempt, organization, user, snapshot, browser, tokenHash, flowHash = null } = signIn;
  const { connectionId, reference } = attempt;
  const authentication = authenticationOf(attempt);
  const end = attempt.profile?.authentication?.sessionEndsAt ?? null;
  const endedEarlierSession =
    browser.sessionToken !== null && (await endSessionByToken(unit, hashToken(browser.sessionToken)));
  const session = await openSession(unit, {
    tokenHash,
    userId: user.id,
    organizationId: organization.id,
    connectionId,
    flowHash,
    client: browser.client,
    policies: organization.policies,
    authentication,
    providerEndsAt: end === null ? null : new Date(end),
  });
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_SIGNED_IN,
    subject: { id: user.id, version: user.version },
    data: {
      user: snapshot ?? (await describeAccount(unit, organization, user)).snapshot,
      changed: null,
      signIn: {
        connectionId,
        reference,
        acr: authentication.acr,
        amr: [...authentication.amr],
        authTime: authentication.authTime?.toISOString() ?? null,
      },
    },
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.signed_in",
    subject: { type: "user", id: user.id },
    after: {
      connectionId,
      reference,
      amr: authentication.amr,
      sessionId: session.id,
      address: browser.client.address,
      endedEarlierSession,
    },
  });
  if (user.breakGlass)
    await recordBreakGlassUse(unit, {
      attempt,
      organization,
      user,
      operatorContact: signIn.operatorContact ?? null,
    });
  await recordAttempt(unit, attempt, { outcome: "SUCCEEDED", detail: null, userId: user.id });
  return session;
}
