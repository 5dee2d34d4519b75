/**
 * The second factors of operators: shows one, adds and removes them. The operator has just entered the right password, or used a
 * one-time link. The sign-in waits meanwhile.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import {
  findPendingSignIn,
  takePendingSignIn,
  updatePendingSignIn,
  type PendingSignIn,
} from "../../people/credential/pending-sign-in.repository.js";
import { requireFactor } from "../../people/factor/factor.js";
import { findFactors } from "../../people/factor/factor.repository.js";
import { operatorHolder } from "../../people/factor/holder.js";
import { passkeySiteOf, verifyNewPasskey } from "../../people/factor/passkeys.js";
import { noticeFactorsChanged } from "../../people/notices/notice-factors-changed.js";
import type { Operator } from "../../people/operator/operator.js";
import { findOperator, lockOperator } from "../../people/operator/operator.repository.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import { SECOND_FACTOR_CLONED, SECOND_FACTOR_WRONG } from "../failures.js";
import { prepareFactor, useFactor, type ShownFactor } from "../factor/check-factor.js";
import { makeFactorChange, type FactorChange, type FactorsChange, type ToldChange } from "../factor/make-change.js";
import type { NothingWaits } from "../password/set-new-password.js";
import { toSafeReason } from "../record-refusal.js";
import type { SignInServices } from "../services.js";
import {
  completeOperatorSignIn,
  isOperatorLocked,
  noteOperatorFailure,
  type OperatorBrowser,
  type OperatorCompleted,
  type OperatorProgress,
} from "./complete-operator-sign-in.js";

/** An operator's sign-in that waits in a browser. */
export interface WaitingOperator {
  readonly pending: PendingSignIn;
  readonly operator: Operator;
  readonly token: string;
}

/** The waiting sign-in of a browser; `null` if there is none, or if it has expired. */
export async function findWaitingOperator(
  { store: { reader }, clock }: SignInServices,
  token: string | null,
  hold: "SECOND_FACTOR" | "FACTORS",
): Promise<WaitingOperator | null> {
  const pending = token === null ? null : await findPendingSignIn(reader, hashToken(token), clock());
  if (token === null || pending === null || pending.holder.kind !== "OPERATOR" || pending.hold !== hold) return null;
  const operator = await findOperator(reader, pending.holder.id);
  return operator === null ? null : { pending, operator, token };
}

/** The factor was wrong. The operator can try again, unless they are locked now. */
interface OperatorFactorRefused {
  readonly kind: "factor-refused";
  readonly message: string;
}

/** Checks the factor and goes on with the sign-in. */
export async function showOperatorFactor(
  services: SignInServices,
  browser: OperatorBrowser,
  { pending, operator: { id }, token }: WaitingOperator,
  shown: ShownFactor,
): Promise<OperatorCompleted | OperatorFactorRefused | NothingWaits> {
  const holder = operatorHolder({ id });
  const prepared = await prepareFactor(services, holder, token, shown);
  return await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const account = await lockOperator(unit, id);
    if (account === null || isOperatorLocked(account, unit.now)) return { kind: "nothing-waits" };
    // A lock, a new password or another request may have ended the wait.
    if ((await findPendingSignIn(unit, pending.tokenHash, unit.now)) === null) return { kind: "nothing-waits" };
    const use = await useFactor(unit, services.keyRing, holder, prepared);
    if (use === "WRONG" || use === "CLONED") {
      await noteOperatorFailure(unit, browser, account, `FACTOR_${use}`);
      const { message } = toSafeReason(use === "WRONG" ? SECOND_FACTOR_WRONG : SECOND_FACTOR_CLONED);
      return { kind: "factor-refused", message };
    }
    await takePendingSignIn(unit, pending.tokenHash);
    if (use === "RECOVERY_CODE") await tell(unit, account.operator, { kind: "CODE_USED" });
    return await completeOperatorSignIn(unit, browser, id, { ...progressOf(pending), hasShownFactor: true });
  });
}

/** Makes one change of the operator's factors. */
export async function changeOperatorFactors(
  services: SignInServices,
  { pending: { tokenHash }, operator, token }: WaitingOperator,
  change: FactorChange,
): Promise<FactorsChange | NothingWaits> {
  const site = passkeySiteOf(services.returnRules.publicUrl);
  const passkey = change.kind === "ADD_PASSKEY" ? await verifyNewPasskey(site, token, change.response) : null;
  return await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const account = await lockOperator(unit, operator.id);
    const pending = await findPendingSignIn(unit, tokenHash, unit.now);
    if (account === null || pending === null) return { kind: "nothing-waits" };
    const progress = progressOf(pending);
    const holder = operatorHolder(operator);
    const factors = await findFactors(unit, holder);
    // Another sign-in may have added a factor in the meantime. Then this one must show it first.
    if (factors.length > 0 && !progress.hasShownFactor) return { kind: "nothing-waits" };
    const isRequired = requireFactor("OPERATOR", null, false) === "ENROLL";
    const tellAll = (made: ToldChange) => tell(unit, account.operator, made);
    const situation = { holder, factors, isRequired, token, passkey, tell: tellAll };
    const made = await makeFactorChange(unit, services.keyRing, situation, change);
    // An operator who adds a factor has shown it.
    if (made.problem === null && (change.kind === "ADD_APP" || change.kind === "ADD_PASSKEY"))
      await updatePendingSignIn(unit, { tokenHash, attempt: { ...progress, hasShownFactor: true } });
    return { kind: "factors-changed", ...made };
  });
}

/** Ends the wait: opens the session, or asks for a factor if the operator still needs one. */
export async function finishOperatorFactors(
  services: SignInServices,
  browser: OperatorBrowser,
  { pending: { tokenHash }, operator: { id } }: WaitingOperator,
): Promise<OperatorCompleted | NothingWaits> {
  return await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const account = await lockOperator(unit, id);
    const pending = await findPendingSignIn(unit, tokenHash, unit.now);
    if (account === null || pending === null || !(await takePendingSignIn(unit, tokenHash)))
      return { kind: "nothing-waits" };
    return await completeOperatorSignIn(unit, browser, id, { ...progressOf(pending), managesFactors: false });
  });
}

function progressOf({ attempt }: PendingSignIn): OperatorProgress {
  return attempt as unknown as OperatorProgress;
}

const AUDIT_ACTIONS = {
  ADDED: "operator.second_factor_added",
  REMOVED: "operator.second_factor_removed",
  NEW_CODES: "operator.recovery_codes_made",
  CODE_USED: "operator.recovery_code_used",
} as const;

async function tell(
  unit: UnitOfWork,
  operator: Operator,
  change: ToldChange | { readonly kind: "CODE_USED" },
): Promise<void> {
  await recordAudit(unit, {
    organizationId: null,
    action: AUDIT_ACTIONS[change.kind],
    subject: { type: "operator", id: operator.id },
    ...("label" in change && { after: { label: change.label } }),
  });
  await noticeFactorsChanged(unit, { organization: null, user: operator, change });
}
