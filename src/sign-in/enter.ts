/** How every way of signing in ends: a fresh session and its event, or a refusal with its event; and always the attempt. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { appendEvent } from "../events/append-event.js";
import type { Organization } from "../people/organization/organization.js";
import { endSessionByToken, openSession } from "../people/session/session.repository.js";
import type { Session } from "../people/session/session.js";
import { describeAccount } from "../people/user/user.changes.js";
import { USER_SIGNED_IN, USER_SIGN_IN_FAILED } from "../people/user/user.events.js";
import type { User, UserSnapshot } from "../people/user/user.js";
import { hashToken } from "../platform/crypto/tokens.js";
import type { Refusal } from "../provisioning/refusal.js";
import { recordAttempt, type Attempt } from "./attempt/attempt.js";
import type { Visitor } from "./desk.js";

/** Somebody who is recognised, at home in an organization, and may come in. */
export interface Entry {
  readonly attempt: Attempt;
  readonly organization: Organization;
  readonly user: User;
  /** What the event tells of the person, where it is known already; else it is read. */
  readonly snapshot?: UserSnapshot | null;
  readonly visitor: Visitor;
  /** Of the new session's token, which is the browser's alone. */
  readonly tokenHash: string;
  /** Of the state or ticket by which the browser came; left out for a one-time link. */
  readonly flowHash?: string;
}

/** Lets a person in: the browser's session before ends, a new one is opened, and both logs hear of it. */
export async function enter(unit: UnitOfWork, entry: Entry): Promise<Session> {
  const { attempt, organization, user, snapshot, visitor, tokenHash, flowHash = null } = entry;
  const { connectionId, reference } = attempt;
  if (visitor.sessionToken !== null) await endSessionByToken(unit, hashToken(visitor.sessionToken));
  const session = await openSession(unit, {
    tokenHash,
    userId: user.id,
    organizationId: organization.id,
    connectionId,
    flowHash,
    client: visitor.client,
  });
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_SIGNED_IN,
    subject: { id: user.id, version: user.version },
    data: {
      user: snapshot ?? (await describeAccount(unit, organization, user)).snapshot,
      changed: null,
      signIn: { connectionId, reference },
    },
  });
  await recordAttempt(unit, attempt, { outcome: "SUCCEEDED", detail: null, userId: user.id });
  return session;
}

/** Records the refusal of somebody who was verified: by a provider, or by a link that was good. */
export async function recordVerifiedRefusal(
  unit: UnitOfWork,
  attempt: Attempt,
  organization: Organization,
  refusal: Refusal,
): Promise<Refusal> {
  const { code } = refusal.failure;
  const { user } = refusal;
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_SIGN_IN_FAILED,
    subject: user === null ? { type: "attempt", id: attempt.id, version: 1 } : { id: user.id, version: user.version },
    data: {
      user: user === null ? null : (await describeAccount(unit, organization, user)).snapshot,
      changed: null,
      signIn: {
        connectionId: attempt.connectionId,
        reference: attempt.reference,
        code,
        email: attempt.profile?.email ?? null,
      },
    },
  });
  await recordAttempt(unit, attempt, { outcome: code, detail: refusal.detail, userId: user?.id ?? null });
  return refusal;
}
