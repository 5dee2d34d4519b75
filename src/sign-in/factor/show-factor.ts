/**
 * Ends a sign-in's wait for a second factor: the person has entered the right password.
 *
 * ```
 * verify   a passkey is verified before the unit of work, because that takes time
 * decide   one unit: lock the organization → read the account again → check the factor (counts wrong ones) → completeSignIn
 * ```
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { findCredential } from "../../people/credential/credential.repository.js";
import { isLocked, noteWrongPassword } from "../../people/credential/lock.changes.js";
import { endPendingSignInsOf, takePendingSignIn } from "../../people/credential/pending-sign-in.repository.js";
import { userHolder } from "../../people/factor/holder.js";
import { noticeFactorsChanged } from "../../people/notices/notice-factors-changed.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { v7 as uuidv7 } from "uuid";
import { recordAttempt, type Attempt } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import { SECOND_FACTOR_CLONED, SECOND_FACTOR_WRONG } from "../failures.js";
import type { HeldUp, SignedIn } from "../outcomes.js";
import type { NothingWaits, Waiting } from "../password/set-new-password.js";
import {
  answerCompleted,
  auditRefusal,
  completeSignIn,
  issueSignInTokens,
  resumeAttempt,
  wantsFactors,
  withFactor,
  type Completed,
} from "../password/complete-sign-in.js";
import { toSafeReason, type SignInRefused } from "../record-refusal.js";
import type { SignInServices } from "../services.js";
import { methodOf, prepareFactor, useFactor, type ShownFactor } from "./check-factor.js";

/** The factor was wrong. The person can try again, unless the account is locked now. */
export interface FactorRefused {
  readonly kind: "factor-refused";
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly reference: string;
}

/**
 * Checks the factor. If it is right, goes on with the sign-in; if it is wrong, counts a failure and keeps the sign-in
 * waiting.
 */
export async function showFactor(
  services: SignInServices,
  browser: BrowserRequest,
  organization: Organization,
  { waiting: { pending, user }, token }: { readonly waiting: Waiting; readonly token: string },
  shown: ShownFactor,
): Promise<SignedIn | HeldUp | SignInRefused | FactorRefused | NothingWaits> {
  const { store, keyRing, operatorContact } = services;
  const resumed = resumeAttempt(pending, organization.id, browser);
  const holder = userHolder(user);
  const prepared = await prepareFactor(services, holder, token, shown);
  const { returnTo } = pending;
  const tokens = issueSignInTokens();
  // A wrong factor is an attempt of its own, with its own reference. The sign-in goes on waiting.
  const failed = { ...resumed, id: uuidv7(), reference: services.reference() };
  const decided = await store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const home = await lockOrganization(unit, organization.id);
    const account = home && (await findUser(unit, home.id, user.id));
    const credential = account && (await findCredential(unit, account.id));
    if (home === null || account === null || credential === null || isLocked(credential, unit.now)) return null;
    const use = await useFactor(unit, keyRing, holder, prepared);
    if (use === "WRONG" || use === "CLONED") {
      const lockedUntil = await noteWrongPassword(unit, home, account, credential);
      if (lockedUntil !== null) await endPendingSignInsOf(unit, holder);
      const detail = lockedUntil && `This wrong code locked the account until ${lockedUntil.toISOString()}.`;
      const refusal = refuse(use === "WRONG" ? SECOND_FACTOR_WRONG : SECOND_FACTOR_CLONED, detail, account);
      await recordFailure(unit, failed, refusal);
      return refusal;
    }
    if (!(await takePendingSignIn(unit, pending.tokenHash))) return null;
    if (use === "RECOVERY_CODE")
      await noticeFactorsChanged(unit, { organization: home, user: account, change: { kind: "CODE_USED" } });
    const attempt = withFactor(resumed, methodOf(use));
    const completed = await completeSignIn(unit, {
      attempt,
      browser,
      organization: home,
      user: account,
      returnTo,
      tokens,
      operatorContact,
      managesFactors: wantsFactors(pending),
    });
    return { attempt, completed };
  });
  if (decided === null) return { kind: "nothing-waits" };
  if ("failure" in decided)
    return { kind: "factor-refused", ...toSafeReason(decided.failure), reference: failed.reference };
  const { attempt, completed }: { readonly attempt: Attempt; readonly completed: Completed } = decided;
  return answerCompleted(completed, { attempt, organization, returnTo, tokens });
}

async function recordFailure(unit: UnitOfWork, attempt: Attempt, refusal: Refusal): Promise<void> {
  const { failure, detail, user } = refusal;
  await recordAttempt(unit, attempt, { outcome: failure.code, detail, userId: user?.id ?? null });
  await auditRefusal(unit, attempt, refusal);
}
