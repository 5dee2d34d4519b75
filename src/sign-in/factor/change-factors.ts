/**
 * Adds and removes second factors. The person has just entered the right password and, if the account had a second
 * factor, shown it. The sign-in waits on the page of the factors until the person goes on.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import {
  findPendingSignIn,
  takePendingSignIn,
  updatePendingSignIn,
} from "../../people/credential/pending-sign-in.repository.js";
import { requireFactor } from "../../people/factor/factor.js";
import { findFactors } from "../../people/factor/factor.repository.js";
import { userHolder } from "../../people/factor/holder.js";
import { passkeySiteOf, verifyNewPasskey } from "../../people/factor/passkeys.js";
import { noticeFactorsChanged } from "../../people/notices/notice-factors-changed.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import type { BrowserRequest } from "../browser-request.js";
import type { HeldUp, SignedIn } from "../outcomes.js";
import {
  answerCompleted,
  completeSignIn,
  describeWaiting,
  issueSignInTokens,
  resumeAttempt,
  wantsFactors,
  withFactor,
} from "../password/complete-sign-in.js";
import type { NothingWaits, Waiting } from "../password/set-new-password.js";
import type { SignInRefused } from "../record-refusal.js";
import type { SignInServices } from "../services.js";
import { makeFactorChange, type FactorChange, type FactorsChange, type ToldChange } from "./make-change.js";

/** A waiting sign-in with the token of its browser. */
export interface WaitingBrowser {
  readonly waiting: Waiting;
  readonly token: string;
}

/**
 * Makes one change. Returns `nothing-waits` if the sign-in is over, or if the person must first show a factor that was
 * added meanwhile.
 */
export async function changeFactors(
  services: SignInServices,
  browser: BrowserRequest,
  organization: Organization,
  { waiting: { pending, user }, token }: WaitingBrowser,
  change: FactorChange,
): Promise<FactorsChange | NothingWaits> {
  const site = passkeySiteOf(services.returnRules.publicUrl);
  const passkey = change.kind === "ADD_PASSKEY" ? await verifyNewPasskey(site, token, change.response) : null;
  return await services.store.begin(SYSTEM, { kind: "PERSON", actor: user.id }, async (unit) => {
    const home = await lockOrganization(unit, organization.id);
    const account = home && (await findUser(unit, home.id, user.id));
    if (home === null || account === null) return { kind: "nothing-waits" };
    const holder = userHolder(account);
    const factors = await findFactors(unit, holder);
    // Another sign-in may have added a factor in the meantime. Then this one must show it first.
    const attempt = resumeAttempt(pending, organization.id, browser);
    const { secondFactor } = home.policies;
    const required = requireFactor(account, secondFactor, factors.length > 0);
    const hasShown = attempt.authentication?.amr.includes("mfa") ?? false;
    if (required === "PRESENT" && !hasShown) return { kind: "nothing-waits" };
    const { tokenHash } = pending;
    if ((await findPendingSignIn(unit, tokenHash, unit.now)) === null) return { kind: "nothing-waits" };
    const isRequired = requireFactor(account, secondFactor, false) === "ENROLL";
    const tellAll = (made: ToldChange) => tell(unit, home, account, made);
    const situation = { holder, factors, isRequired, token, passkey, tell: tellAll };
    const made = await makeFactorChange(unit, services.keyRing, situation, change);
    // Whoever adds a factor has shown it.
    if (made.problem === null && (change.kind === "ADD_APP" || change.kind === "ADD_PASSKEY")) {
      const shown = withFactor(attempt, change.kind === "ADD_APP" ? "otp" : "pop");
      const waiting = describeWaiting({ attempt: shown, managesFactors: wantsFactors(pending) });
      await updatePendingSignIn(unit, { tokenHash, attempt: { ...waiting } });
    }
    return { kind: "factors-changed", ...made };
  });
}

/** Ends the wait: opens the session, or asks for a factor if the account still needs one. */
export async function finishFactors(
  services: SignInServices,
  browser: BrowserRequest,
  organization: Organization,
  { pending, user }: Waiting,
): Promise<SignedIn | HeldUp | SignInRefused | NothingWaits> {
  const attempt = resumeAttempt(pending, organization.id, browser);
  const { returnTo } = pending;
  const tokens = issueSignInTokens();
  const completed = await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const home = await lockOrganization(unit, organization.id);
    const account = home && (await findUser(unit, home.id, user.id));
    if (home === null || account === null || !(await takePendingSignIn(unit, pending.tokenHash))) return null;
    const { operatorContact } = services;
    return await completeSignIn(unit, {
      attempt,
      browser,
      organization: home,
      user: account,
      returnTo,
      tokens,
      operatorContact,
    });
  });
  if (completed === null) return { kind: "nothing-waits" };
  return answerCompleted(completed, { attempt, organization, returnTo, tokens });
}

const AUDIT_ACTIONS = {
  ADDED: "user.second_factor_added",
  REMOVED: "user.second_factor_removed",
  NEW_CODES: "user.recovery_codes_made",
} as const;

async function tell(unit: UnitOfWork, organization: Organization, user: User, change: ToldChange): Promise<void> {
  await recordAudit(unit, {
    organizationId: organization.id,
    action: AUDIT_ACTIONS[change.kind],
    subject: { type: "user", id: user.id },
    ...("label" in change && { after: { label: change.label } }),
  });
  await noticeFactorsChanged(unit, { organization, user, change });
}
