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
import { hashRecoveryCode, verifyAppCode } from "../../people/factor/codes.js";
import {
  appSecretContext,
  type AuthenticatorApp,
  type Passkey,
  type SecondFactor,
} from "../../people/factor/factor.js";
import { findFactors, noteAppUsed, notePasskeyUsed, takeRecoveryCode } from "../../people/factor/factor.repository.js";
import { passkeySiteOf, verifyPasskey, type ShownPasskey } from "../../people/factor/passkeys.js";
import { noticeFactorsChanged } from "../../people/notices/notice-factors-changed.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
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

/** What the person showed: a text that they typed, or a browser's response about a passkey. */
export type ShownFactor = { readonly code: string } | { readonly passkey: string };

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
  const { store, keyRing, operatorContact, returnRules } = services;
  const resumed = resumeAttempt(pending, organization.id, browser);
  const verifiedPasskey =
    "passkey" in shown
      ? await verifyPasskey(
          passkeySiteOf(returnRules.publicUrl),
          token,
          (await findFactors(store.reader, user.id)).filter((each) => each.kind === "PASSKEY"),
          shown.passkey,
        )
      : null;
  const { returnTo } = pending;
  const tokens = issueSignInTokens();
  // A wrong factor is an attempt of its own, with its own reference. The sign-in goes on waiting.
  const failed = { ...resumed, id: uuidv7(), reference: services.reference() };
  const decided = await store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const home = await lockOrganization(unit, organization.id);
    const account = home && (await findUser(unit, home.id, user.id));
    const credential = account && (await findCredential(unit, account.id));
    if (home === null || account === null || credential === null || isLocked(credential, unit.now)) return null;
    const factors = await findFactors(unit, account.id);
    const method =
      "passkey" in shown
        ? await usePasskey(unit, factors, verifiedPasskey)
        : await useCode(unit, { keyRing, home, account, factors }, shown.code);
    if (method === "WRONG" || method === "CLONED") {
      const lockedUntil = await noteWrongPassword(unit, home, account, credential);
      if (lockedUntil !== null) await endPendingSignInsOf(unit, account.id);
      const detail = lockedUntil && `This wrong code locked the account until ${lockedUntil.toISOString()}.`;
      const refusal = refuse(method === "WRONG" ? SECOND_FACTOR_WRONG : SECOND_FACTOR_CLONED, detail, account);
      await recordFailure(unit, failed, refusal);
      return refusal;
    }
    if (!(await takePendingSignIn(unit, pending.tokenHash))) return null;
    const attempt = withFactor(resumed, method);
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

type Method = "otp" | "pop" | "WRONG" | "CLONED";

async function usePasskey(
  unit: UnitOfWork,
  factors: readonly SecondFactor[],
  verified: ShownPasskey | "CLONED" | null,
): Promise<Method> {
  if (verified === null) return "WRONG";
  if (verified === "CLONED") return "CLONED";
  const present = factors.find((each): each is Passkey => each.kind === "PASSKEY" && each.id === verified.passkey.id);
  // Another request removed the passkey, or used it with a higher counter.
  if (present === undefined || present.counter !== verified.passkey.counter) return "WRONG";
  await notePasskeyUsed(unit, present.id, verified);
  return "pop";
}

interface Account {
  readonly keyRing: KeyRing;
  readonly home: Organization;
  readonly account: User;
  readonly factors: readonly SecondFactor[];
}

/** Checks the code first as a code of an authenticator app, then as a recovery code. */
async function useCode(
  unit: UnitOfWork,
  { keyRing, home, account, factors }: Account,
  entered: string,
): Promise<Method> {
  const code = entered.replaceAll(/\s/g, "");
  for (const factor of factors.filter((each): each is AuthenticatorApp => each.kind === "AUTHENTICATOR_APP")) {
    const context = appSecretContext(factor.id);
    const secret = keyRing.open(factor.secret, context);
    const lastStep = verifyAppCode(secret, code, unit.now, factor.lastStep);
    if (lastStep === null) continue;
    await noteAppUsed(unit, factor.id, {
      lastStep,
      // If the key ring has a new first key, the secret is encrypted again with it.
      secret: keyRing.needsReseal(factor.secret) ? keyRing.seal(secret, context) : factor.secret,
    });
    return "otp";
  }
  const hash = hashRecoveryCode(code);
  if (hash === null || !(await takeRecoveryCode(unit, account.id, hash))) return "WRONG";
  await noticeFactorsChanged(unit, { organization: home, user: account, change: { kind: "CODE_USED" } });
  return "otp";
}

async function recordFailure(unit: UnitOfWork, attempt: Attempt, refusal: Refusal): Promise<void> {
  const { failure, detail, user } = refusal;
  await recordAttempt(unit, attempt, { outcome: failure.code, detail, userId: user?.id ?? null });
  await auditRefusal(unit, attempt, refusal);
}
