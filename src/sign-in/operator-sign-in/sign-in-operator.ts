/**
 * Signs operators in by e-mail address and password, and lets them set a password with a one-time link.
 *
 * ```
 * verify   one verification, of the stored hash or of a hash that no password has
 * decide   one unit: lock the operator → read them again → count and refuse, or completeOperatorSignIn
 * ```
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { checkPassword, isTooLongForPassword } from "../../people/credential/password.rules.js";
import { deleteFactorsOf, findFactors } from "../../people/factor/factor.repository.js";
import { operatorHolder } from "../../people/factor/holder.js";
import { noticeFactorsChanged } from "../../people/notices/notice-factors-changed.js";
import {
  consumeOperatorLink,
  findOperator,
  findOperatorByEmail,
  findOperatorLink,
  insertOperator,
  writeOperatorPassword,
} from "../../people/operator/operator.repository.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../people/organization/policies.js";
import { hashPassword, verifyAgainstNothing, verifyPassword } from "../../platform/crypto/passwords.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import { InputCheck, readEmailAddress } from "../../platform/errors/input.js";
import type { SignInServices } from "../services.js";
import {
  completeOperatorSignIn,
  isOperatorLocked,
  noteOperatorFailure,
  recordOperatorRefusal,
  type OperatorBrowser,
  type OperatorCompleted,
} from "./complete-operator-sign-in.js";

/** An operator's password is at least this long, because it opens every organization. */
const PASSWORD_RULES = {
  name: "Usher",
  slug: "operator",
  policies: { ...DEFAULT_ORGANIZATION_POLICIES, passwordRules: { shortestLength: 15, maximumAgeDays: null } },
};

/** Begins the sign-in of an operator. Returns what follows the right password; `null` for every reason against it, so that the page cannot tell them apart. */
export async function signInOperator(
  { store }: SignInServices,
  browser: OperatorBrowser,
  input: { readonly login: string; readonly password: string; readonly managesFactors: boolean },
): Promise<OperatorCompleted | null> {
  const login = readEmailAddress(input.login.trim());
  // An input that is too long for a password has no bound on its length, so it is not hashed.
  const password = isTooLongForPassword(input.password) ? "" : input.password;
  const found = login === null ? null : await findOperatorByEmail(store.reader, login);
  const hash = found?.passwordHash ?? null;
  const isRight = hash === null ? await verifyAgainstNothing(password) : await verifyPassword(hash, password);
  return await store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, (unit) =>
    decide(unit, browser, { login, hash, isRight, managesFactors: input.managesFactors }),
  );
}

async function decide(
  unit: UnitOfWork,
  browser: OperatorBrowser,
  {
    login,
    hash,
    isRight,
    managesFactors,
  }: {
    readonly login: string | null;
    readonly hash: string | null;
    readonly isRight: boolean;
    readonly managesFactors: boolean;
  },
): Promise<OperatorCompleted | null> {
  const found = login === null ? null : await findOperatorByEmail(unit, login, { lock: true });
  if (found === null || isOperatorLocked(found, unit.now)) {
    await recordOperatorRefusal(unit, browser, found?.operator.id ?? null, found === null ? "UNKNOWN" : "LOCKED");
    return null;
  }
  // The password may have been set anew during the verification.
  if (!isRight || found.passwordHash !== hash) {
    await noteOperatorFailure(unit, browser, found, "WRONG");
    return null;
  }
  return await completeOperatorSignIn(unit, browser, found.operator.id, { hasShownFactor: false, managesFactors });
}

/**
 * Whom a link is for: an invited operator, or the first operator, who does not have an account yet. `UNKNOWN`: the link
 * does not work.
 */
export type OperatorLinkShown =
  { readonly kind: "INVITED"; readonly email: string } | { readonly kind: "FIRST" } | { readonly kind: "UNKNOWN" };

/** Reads a link without using it up. */
export async function showOperatorLink(
  { store: { reader }, clock }: SignInServices,
  token: string,
): Promise<OperatorLinkShown> {
  const link = await findOperatorLink(reader, hashToken(token), clock());
  if (link === null) return { kind: "UNKNOWN" };
  if (link.operatorId === null) return { kind: "FIRST" };
  const operator = await findOperator(reader, link.operatorId);
  return operator === null ? { kind: "UNKNOWN" } : { kind: "INVITED", email: operator.email };
}

/** What a person enters at the page of a link. The link of the first operator also asks for address and name. */
export interface OperatorEntry {
  readonly email: string;
  readonly fullName: string;
  readonly password: string;
}

/**
 * Uses a link: stores the password and ends earlier sessions. The operator then shows a second factor, or adds the first one. The
 * link removes earlier factors only if the operator who made it asked for that.
 *
 * @returns what follows; `null` if the link no longer works
 * @throws INVALID_INPUT
 */
export async function useOperatorLink(
  services: SignInServices,
  browser: OperatorBrowser,
  token: string,
  entry: OperatorEntry,
): Promise<OperatorCompleted | null> {
  const shown = await showOperatorLink(services, token);
  if (shown.kind === "UNKNOWN") return null;
  const check = new InputCheck();
  const email = shown.kind === "FIRST" ? (check.email("email", entry.email) ?? "") : shown.email;
  const fullName = shown.kind === "FIRST" ? check.text("fullName", entry.fullName) : "";
  const known = { email, username: null, firstName: fullName, lastName: "" };
  await checkPassword(check, "password", entry.password, PASSWORD_RULES, known);
  check.finish();
  // The password is hashed before the unit of work, because that takes time and the unit holds locks.
  const passwordHash = await hashPassword(entry.password);
  const tokenHash = hashToken(token);
  return await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
    const link = await findOperatorLink(unit, tokenHash, unit.now);
    if (link === null || !(await consumeOperatorLink(unit, tokenHash))) return null;
    const made = link.operatorId === null ? await insertOperator(unit, { email, fullName }) : null;
    if (made === "TAKEN") {
      const message = "is the address of another operator";
      throw new Failure(INVALID_INPUT, { fields: [{ path: "email", code: "INVALID", message }] });
    }
    const operatorId = made?.id ?? link.operatorId ?? "";
    await writeOperatorPassword(unit, operatorId, passwordHash);
    await recordAudit(unit, {
      organizationId: null,
      action: "operator.password_set",
      subject: { type: "operator", id: operatorId },
      after: { email, isFirst: made !== null },
    });
    if (link.removesFactors) await removeFactors(unit, operatorId);
    return await completeOperatorSignIn(unit, browser, operatorId, { hasShownFactor: false, managesFactors: false });
  });
}

async function removeFactors(unit: UnitOfWork, operatorId: string): Promise<void> {
  const holder = operatorHolder({ id: operatorId });
  const [operator, factors] = [await findOperator(unit, operatorId), await findFactors(unit, holder)];
  if (operator === null || factors.length === 0) return;
  await deleteFactorsOf(unit, holder);
  await recordAudit(unit, {
    organizationId: null,
    action: "operator.second_factors_reset",
    subject: { type: "operator", id: operatorId },
    before: { secondFactors: factors.map(({ kind, label }) => ({ kind, label })) },
  });
  await noticeFactorsChanged(unit, { organization: null, user: operator, change: { kind: "RESET" } });
}
