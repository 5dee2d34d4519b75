/** The end of an operator's sign-in: the second factor that it still waits for, or the session. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { LOCK_SECONDS, WRONG_PASSWORDS_TO_LOCK } from "../../people/credential/lock.changes.js";
import { endPendingSignInsOf, keepPendingSignIn } from "../../people/credential/pending-sign-in.repository.js";
import { requireFactor } from "../../people/factor/factor.js";
import { findFactors } from "../../people/factor/factor.repository.js";
import { operatorHolder } from "../../people/factor/holder.js";
import { OPERATOR_SESSION_PREFIX } from "../../people/operator/operator.js";
import {
  openOperatorSession,
  writeOperatorFailures,
  type OperatorWithPassword,
} from "../../people/operator/operator.repository.js";
import { endSessionByToken } from "../../people/session/session.repository.js";
import { hashToken, issueToken } from "../../platform/crypto/tokens.js";
import type { BrowserRequest } from "../browser-request.js";
import { PENDING_TOKEN_PREFIX } from "../password/complete-sign-in.js";

export type OperatorBrowser = Pick<BrowserRequest, "client" | "sessionToken">;

/** How a verified sign-in of an operator goes on. The token belongs to the session, or to the sign-in that waits. */
export interface OperatorCompleted {
  readonly kind: "SESSION" | "SECOND_FACTOR" | "FACTORS";
  readonly token: string;
}

/** How far an operator's sign-in is. A sign-in that waits stores it. */
export interface OperatorProgress {
  readonly hasShownFactor: boolean;
  /** Whether the operator asked for the page of their factors. */
  readonly managesFactors: boolean;
}

/** Opens the session, or stores a sign-in that waits. The caller has verified the password and locked the operator. */
export async function completeOperatorSignIn(
  unit: UnitOfWork,
  browser: OperatorBrowser,
  operatorId: string,
  progress: OperatorProgress,
): Promise<OperatorCompleted> {
  const holder = operatorHolder({ id: operatorId });
  const required = requireFactor("OPERATOR", null, (await findFactors(unit, holder)).length > 0);
  const hold = findHold(required, progress);
  if (hold !== null) {
    const { token, hash: tokenHash } = issueToken(PENDING_TOKEN_PREFIX);
    await keepPendingSignIn(unit, { tokenHash, holder, hold, attempt: { ...progress }, returnTo: null });
    return { kind: hold, token };
  }
  // Only now: somebody who knows the password alone must not make the count of wrong codes begin again.
  await writeOperatorFailures(unit, operatorId, 0, null);
  return { kind: "SESSION", token: await openSession(unit, browser, operatorId) };
}

function findHold(
  required: ReturnType<typeof requireFactor>,
  { hasShownFactor, managesFactors }: OperatorProgress,
): "SECOND_FACTOR" | "FACTORS" | null {
  if (required === "PRESENT" && !hasShownFactor) return "SECOND_FACTOR";
  return required === "ENROLL" || managesFactors ? "FACTORS" : null;
}

async function openSession(unit: UnitOfWork, browser: OperatorBrowser, operatorId: string): Promise<string> {
  if (browser.sessionToken !== null) await endSessionByToken(unit, hashToken(browser.sessionToken));
  const { token, hash: tokenHash } = issueToken(OPERATOR_SESSION_PREFIX);
  const session = await openOperatorSession(unit, { operatorId, tokenHash, client: browser.client });
  await recordAudit(unit, {
    organizationId: null,
    action: "operator.signed_in",
    subject: { type: "operator", id: operatorId },
    after: { sessionId: session.id, address: browser.client.address },
  });
  return token;
}

/** Whether an operator is locked at a time. */
export function isOperatorLocked({ lockedUntil }: OperatorWithPassword, now: Date): boolean {
  return lockedUntil !== null && lockedUntil > now;
}

/**
 * Counts a wrong password or a wrong factor, and records it. A lock ends the sign-ins that wait.
 *
 * @param reason what was wrong, for the audit log
 */
export async function noteOperatorFailure(
  unit: UnitOfWork,
  browser: OperatorBrowser,
  { operator: { id }, failedAttempts }: OperatorWithPassword,
  reason: string,
): Promise<void> {
  const failed = failedAttempts + 1;
  const locks = failed >= WRONG_PASSWORDS_TO_LOCK;
  const lockedUntil = locks ? new Date(unit.now.getTime() + LOCK_SECONDS * 1000) : null;
  await writeOperatorFailures(unit, id, locks ? 0 : failed, lockedUntil);
  if (locks) await endPendingSignInsOf(unit, operatorHolder({ id }));
  await recordOperatorRefusal(unit, browser, id, locks ? `${reason}_AND_LOCKED` : reason);
}

/** Records a refused sign-in. */
export async function recordOperatorRefusal(
  unit: UnitOfWork,
  { client }: OperatorBrowser,
  operatorId: string | null,
  reason: string,
): Promise<void> {
  await recordAudit(unit, {
    organizationId: null,
    action: "operator.sign_in_refused",
    subject: { type: "operator", id: operatorId ?? "unknown" },
    after: { reason, address: client.address },
  });
}
