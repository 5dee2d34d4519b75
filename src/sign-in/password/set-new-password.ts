/**
 * Ends a sign-in's wait for a new password: the person has entered the right password, but the password is too old.
 *
 * ``` show   findWaiting → the page with the form set    findWaiting → checkNewPassword → one unit: lock → take the
 * waiting sign-in → replacePassword → completeSignIn ```
 */
import { SYSTEM } from "../../access/caller.js";
import { findCredential } from "../../people/credential/credential.repository.js";
import { replacePassword } from "../../people/credential/password.operations.js";
import {
  findPendingSignIn,
  takePendingSignIn,
  type Hold,
  type PendingSignIn,
} from "../../people/credential/pending-sign-in.repository.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import type { BrowserRequest } from "../browser-request.js";
import type { HeldUp, SignedIn } from "../outcomes.js";
import type { SignInRefused } from "../record-refusal.js";
import type { SignInServices } from "../services.js";
import { checkNewPassword } from "./check-new-password.js";
import { answerCompleted, completeSignIn, issueSignInTokens, resumeAttempt, wantsFactors } from "./complete-sign-in.js";

/** A sign-in that waits, with its person. */
export interface Waiting {
  readonly pending: PendingSignIn;
  readonly user: User;
}

/**
 * The sign-in that waits in this browser for `hold`, at a page of the organization; `null` if there is none, or if it
 * has expired.
 */
export async function findWaiting(
  { store: { reader }, clock }: SignInServices,
  organization: Organization,
  token: string | null,
  hold: Hold,
): Promise<Waiting | null> {
  const pending = token === null ? null : await findPendingSignIn(reader, hashToken(token), clock());
  if (pending === null || pending.holder.kind !== "USER" || pending.hold !== hold) return null;
  const user = await findUser(reader, null, pending.holder.id);
  if (user === null) return null;
  return user.homeOrganizationId === organization.id ? { pending, user } : null;
}

/** The new password was refused, so the person must enter a different one. `problem` says why. */
export interface NewPasswordRefused {
  readonly kind: "new-password-refused";
  readonly problem: string;
}

/** The browser has no waiting sign-in any more, and begins again. */
export interface NothingWaits {
  readonly kind: "nothing-waits";
}

/** Sets the password and goes on with the sign-in. */
export async function setNewPassword(
  services: SignInServices,
  browser: BrowserRequest,
  organization: Organization,
  { pending, user }: Waiting,
  password: string,
): Promise<SignedIn | HeldUp | SignInRefused | NewPasswordRefused | NothingWaits> {
  const present = await findCredential(services.store.reader, user.id);
  if (present === null) return { kind: "nothing-waits" };
  const checked = await checkNewPassword(organization, user, password, present.passwordHash);
  if ("problem" in checked) return { kind: "new-password-refused", problem: checked.problem };
  const attempt = resumeAttempt(pending, organization.id, browser);
  const { returnTo } = pending;
  const tokens = issueSignInTokens();
  const completed = await services.store.begin(SYSTEM, { kind: "PERSON", actor: user.id }, async (unit) => {
    const home = await lockOrganization(unit, organization.id);
    const account = await findUser(unit, organization.id, user.id);
    // If the password was changed in the meantime, the waiting sign-in no longer exists.
    if (home === null || account === null || !(await takePendingSignIn(unit, pending.tokenHash))) return null;
    await replacePassword(unit, home, account, { passwordHash: checked.hash, by: "PERSON", keptSessionId: null });
    return await completeSignIn(unit, {
      operatorContact: services.operatorContact,
      attempt,
      browser,
      organization: home,
      user: account,
      returnTo,
      managesFactors: wantsFactors(pending),
      tokens,
    });
  });
  if (completed === null) return { kind: "nothing-waits" };
  return answerCompleted(completed, { attempt, organization, returnTo, tokens });
}
