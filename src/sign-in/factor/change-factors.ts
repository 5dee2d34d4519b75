/**
 * Adds and removes second factors. The person has just entered the right password and, if the account had a second
 * factor, shown it. The sign-in waits on the page of the factors until the person goes on.
 */
import { v7 as uuidv7 } from "uuid";
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import {
  findPendingSignIn,
  takePendingSignIn,
  updatePendingSignIn,
} from "../../people/credential/pending-sign-in.repository.js";
import { deriveAppSecret, hashRecoveryCode, makeRecoveryCodes, verifyAppCode } from "../../people/factor/codes.js";
import { appSecretContext, MOST_FACTORS, requireFactor, type SecondFactor } from "../../people/factor/factor.js";
import {
  countRecoveryCodes,
  deleteFactor,
  findFactors,
  insertFactor,
  isPasskeyKnown,
  replaceRecoveryCodes,
} from "../../people/factor/factor.repository.js";
import { passkeySiteOf, verifyNewPasskey, type NewPasskey } from "../../people/factor/passkeys.js";
import { noticeFactorsChanged } from "../../people/notices/notice-factors-changed.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { cutText } from "../../platform/text.js";
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

/** What the person asks for. */
export type FactorChange =
  | { readonly kind: "ADD_APP"; readonly code: string; readonly label: string }
  | { readonly kind: "ADD_PASSKEY"; readonly response: string; readonly label: string }
  | { readonly kind: "REMOVE"; readonly id: string }
  | { readonly kind: "NEW_CODES" };

/** What became of a change. */
export interface FactorsChange {
  readonly kind: "factors-changed";
  /** Recovery codes, to show once; `null` if none were made. */
  readonly recoveryCodes: readonly string[] | null;
  /** Why nothing was changed; `null` if the change was made. */
  readonly problem: string | null;
}

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
    const factors = await findFactors(unit, account.id);
    // If another sign-in has added a factor in the meantime, the person must show that factor first.
    const attempt = resumeAttempt(pending, organization.id, browser);
    const required = requireFactor(account, home.policies.secondFactor, factors.length > 0);
    const hasShown = attempt.authentication?.amr.includes("mfa") ?? false;
    if (required === "PRESENT" && !hasShown) return { kind: "nothing-waits" };
    const { tokenHash } = pending;
    if ((await findPendingSignIn(unit, tokenHash, unit.now)) === null) return { kind: "nothing-waits" };
    const made = await make(unit, services, { home, account, factors, token, passkey }, change);
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

interface Situation {
  readonly home: Organization;
  readonly account: User;
  readonly factors: readonly SecondFactor[];
  readonly token: string;
  readonly passkey: NewPasskey | null;
}

type Made = Omit<FactorsChange, "kind">;

const refused = (problem: string): Made => ({ recoveryCodes: null, problem });

async function make(
  unit: UnitOfWork,
  services: SignInServices,
  situation: Situation,
  change: FactorChange,
): Promise<Made> {
  const { home, account, factors } = situation;
  switch (change.kind) {
    case "ADD_APP":
    case "ADD_PASSKEY": {
      if (factors.length >= MOST_FACTORS) return refused(`You have ${MOST_FACTORS} factors. Remove one first.`);
      const factor = await readNewFactor(unit, services, situation, change);
      if (typeof factor === "string") return refused(factor);
      await insertFactor(unit, factor);
      await tell(unit, home, account, { kind: "ADDED", label: factor.label });
      const counts = await countRecoveryCodes(unit, null, [account.id]);
      return { recoveryCodes: counts.has(account.id) ? null : await replaceCodes(unit, account), problem: null };
    }
    case "REMOVE": {
      const factor = factors.find(({ id }) => id === change.id);
      if (factor === undefined) return { recoveryCodes: null, problem: null };
      const isLast = factors.length === 1;
      if (isLast && requireFactor(account, home.policies.secondFactor, false) === "ENROLL")
        return refused("You need a second factor. Add another one before you remove this one.");
      await deleteFactor(unit, account.id, factor.id);
      if (isLast) await replaceRecoveryCodes(unit, account.id, []);
      await tell(unit, home, account, { kind: "REMOVED", label: factor.label });
      return { recoveryCodes: null, problem: null };
    }
    case "NEW_CODES": {
      if (factors.length === 0) return refused("Add a second factor first. The codes replace it if you lose it.");
      const recoveryCodes = await replaceCodes(unit, account);
      await tell(unit, home, account, { kind: "NEW_CODES" });
      return { recoveryCodes, problem: null };
    }
  }
}

/** The factor that the person has proved to have, or a sentence that says what is wrong. */
async function readNewFactor(
  unit: UnitOfWork,
  { keyRing }: SignInServices,
  { account, factors, token, passkey }: Situation,
  change: Extract<FactorChange, { readonly label: string }>,
): Promise<SecondFactor | string> {
  const id = uuidv7();
  const base = { id, userId: account.id, createdAt: unit.now, lastUsedAt: unit.now };
  if (change.kind === "ADD_PASSKEY") {
    if (passkey === null) return "The browser's answer was not right. Try again.";
    if (await isPasskeyKnown(unit, passkey.credential.id)) return "This passkey is in use already.";
    return { ...base, kind: "PASSKEY", label: labelOf(change.label, "Passkey", factors), ...passkey };
  }
  const secret = deriveAppSecret(token);
  const lastStep = verifyAppCode(secret, change.code.replaceAll(/\s/g, ""), unit.now, null);
  if (lastStep === null) return "This code is not right. Enter the code that the app shows now.";
  const opened = factors.map((each) =>
    each.kind === "AUTHENTICATOR_APP" ? keyRing.open(each.secret, appSecretContext(each.id)) : null,
  );
  if (opened.includes(secret)) return "This app is added already. Sign in again to add another one.";
  return {
    ...base,
    kind: "AUTHENTICATOR_APP",
    label: labelOf(change.label, "Authenticator app", factors),
    secret: keyRing.seal(secret, appSecretContext(id)),
    lastStep,
  };
}

const LONGEST_LABEL = 100;

/** The name that the person gave or, without one, `fallback` with a number if the account has such factors already. */
function labelOf(given: string, fallback: string, factors: readonly SecondFactor[]): string {
  const label = cutText(given.replaceAll(/\p{C}/gu, "").trim(), LONGEST_LABEL);
  if (label !== "") return label;
  const taken = factors.filter((each) => each.label.startsWith(fallback)).length;
  return taken === 0 ? fallback : `${fallback} ${taken + 1}`;
}

async function replaceCodes(unit: UnitOfWork, account: User): Promise<readonly string[]> {
  const codes = makeRecoveryCodes();
  await replaceRecoveryCodes(
    unit,
    account.id,
    codes.map((code) => hashRecoveryCode(code) as string),
  );
  return codes;
}

const AUDIT_ACTIONS = {
  ADDED: "user.second_factor_added",
  REMOVED: "user.second_factor_removed",
  NEW_CODES: "user.recovery_codes_made",
} as const;

async function tell(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  change: { readonly kind: "ADDED" | "REMOVED"; readonly label: string } | { readonly kind: "NEW_CODES" },
): Promise<void> {
  await recordAudit(unit, {
    organizationId: organization.id,
    action: AUDIT_ACTIONS[change.kind],
    subject: { type: "user", id: user.id },
    ...("label" in change && { after: { label: change.label } }),
  });
  await noticeFactorsChanged(unit, { organization, user, change });
}
