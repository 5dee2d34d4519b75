/**
 * Signs operators in by e-mail address and password, and lets them set a password with a one-time link.
 *
 * ``` verify   one verification, of the stored hash or of a hash that no password has decide   one unit: lock the
 * operator → read them again → count, refuse, or open the session ``` Only `decide` turns a right password into a
 * session. If operators get a second factor, it belongs there.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { LOCK_SECONDS, WRONG_PASSWORDS_TO_LOCK } from "../../people/credential/lock.changes.js";
import { checkPassword, isTooLongForPassword } from "../../people/credential/password.rules.js";
import { OPERATOR_SESSION_PREFIX } from "../../people/operator/operator.js";
import {
  consumeOperatorLink,
  findOperator,
  findOperatorByEmail,
  findOperatorLink,
  insertOperator,
  openOperatorSession,
  writeOperatorFailures,
  writeOperatorPassword,
} from "../../people/operator/operator.repository.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../people/organization/policies.js";
import { endSessionByToken } from "../../people/session/session.repository.js";
import { hashPassword, verifyAgainstNothing, verifyPassword } from "../../platform/crypto/passwords.js";
import { hashToken, issueToken } from "../../platform/crypto/tokens.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import { InputCheck, readEmailAddress } from "../../platform/errors/input.js";
import type { BrowserRequest } from "../browser-request.js";
import type { SignInServices } from "../services.js";

/** An operator's password is at least this long, because it opens every organization. */
const PASSWORD_RULES = {
  name: "Usher",
  slug: "operator",
  policies: { ...DEFAULT_ORGANIZATION_POLICIES, passwordRules: { shortestLength: 15, maximumAgeDays: null } },
};

type Browser = Pick<BrowserRequest, "client" | "sessionToken">;

/** Signs an operator in. Returns the token of the session; `null` for every reason against it, so that the page cannot tell them apart. */
export async function signInOperator(
  { store }: SignInServices,
  browser: Browser,
  input: { readonly login: string; readonly password: string },
): Promise<string | null> {
  const login = readEmailAddress(input.login.trim());
  // An input that is too long for a password has no bound on its length, so it is not hashed.
  const password = isTooLongForPassword(input.password) ? "" : input.password;
  const found = login === null ? null : await findOperatorByEmail(store.reader, login);
  const hash = found?.passwordHash ?? null;
  const isRight = hash === null ? await verifyAgainstNothing(password) : await verifyPassword(hash, password);
  return await store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, (unit) =>
    decide(unit, browser, { login, hash, isRight }),
  );
}

async function decide(
  unit: UnitOfWork,
  browser: Browser,
  { login, hash, isRight }: { readonly login: string | null; readonly hash: string | null; readonly isRight: boolean },
): Promise<string | null> {
  const found = login === null ? null : await findOperatorByEmail(unit, login, { lock: true });
  const refuse = async (reason: string) => {
    await recordAudit(unit, {
      organizationId: null,
      action: "operator.sign_in_refused",
      subject: { type: "operator", id: found?.operator.id ?? "unknown" },
      after: { reason, address: browser.client.address },
    });
    return null;
  };
  if (found === null) return await refuse("UNKNOWN");
  if (found.lockedUntil !== null && found.lockedUntil > unit.now) return await refuse("LOCKED");
  // If a new password was set during the verification, the verified one counts as wrong.
  if (!isRight || found.passwordHash !== hash) {
    const failed = found.failedAttempts + 1;
    const locks = failed >= WRONG_PASSWORDS_TO_LOCK;
    const lockedUntil = locks ? new Date(unit.now.getTime() + LOCK_SECONDS * 1000) : null;
    await writeOperatorFailures(unit, found.operator.id, locks ? 0 : failed, lockedUntil);
    return await refuse(locks ? "WRONG_AND_LOCKED" : "WRONG");
  }
  await writeOperatorFailures(unit, found.operator.id, 0, null);
  return await openSession(unit, browser, found.operator.id);
}

async function openSession(unit: UnitOfWork, browser: Browser, operatorId: string): Promise<string> {
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
 * Uses a one-time link up: stores the operator's password, ends the operator's earlier sessions, and opens a new one.
 * The link of the first operator also creates the account.
 *
 * @returns the token of the session; `null` if the link no longer works
 * @throws INVALID_INPUT
 */
export async function useOperatorLink(
  services: SignInServices,
  browser: Browser,
  token: string,
  entry: OperatorEntry,
): Promise<string | null> {
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
    return await openSession(unit, browser, operatorId);
  });
}
