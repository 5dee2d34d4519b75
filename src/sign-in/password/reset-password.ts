/**
 * Sets a password by a mailed link, and signs the person in: the link proves that they read the account's mail. Opening
 * the link does not consume it, because programs that scan mail open every address. The person can do this while the
 * account is locked after wrong passwords, because the lock is only against guessing.
 *
 * ``` ask    findLoginAccount → sendPasswordLink, if the account may have one; the page is the same in any case show
 * findLink → the page with the form set    findLink → checkNewPassword → one unit: lock → consume → replacePassword →
 * completeSignIn ```
 */
import { SYSTEM } from "../../access/caller.js";
import { findLoginAccount } from "../../people/credential/credential.repository.js";
import { consumeOneTimeToken, findOneTimeToken } from "../../people/credential/one-time-token.repository.js";
import { sendPasswordLink } from "../../people/credential/password-link.js";
import { replacePassword } from "../../people/credential/password.operations.js";
import { PASSWORD_LINK } from "../../people/notices/templates.js";
import { findOrganization, lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import { readEmailAddress } from "../../platform/errors/input.js";
import { wasQueuedSince } from "../../platform/mail/queue-mail.js";
import type { RefusalDetails } from "../../provisioning/failures.js";
import { beginAttempt, beginStep, type Attempt } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import { PASSWORD_LINK_OVER } from "../failures.js";
import type { HeldUp, SignedIn } from "../outcomes.js";
import { recordRefusal, type SignInRefused } from "../record-refusal.js";
import type { SignInServices } from "../services.js";
import { checkNewPassword } from "./check-new-password.js";
import { answerCompleted, completeSignIn, issueSignInTokens } from "./complete-sign-in.js";
import { sleeps } from "./sleeps.js";
import type { NewPasswordRefused } from "./set-new-password.js";

/** The shortest time between two mails to a person, however often somebody asks. */
const MAIL_INTERVAL_SECONDS = 5 * 60;

/**
 * Mails a link to the person with this address, if the account may have one. Nothing tells the caller whether a mail
 * was sent.
 */
export async function requestPasswordLink(
  { store, returnRules }: SignInServices,
  organizationId: string,
  login: string,
): Promise<void> {
  const email = readEmailAddress(login.trim());
  await store.begin(SYSTEM, { kind: "PERSON", actor: null }, async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    if (organization === null || email === null) return;
    const found = await findLoginAccount(unit, organizationId, email);
    // An account without a password gets no link: only an administrator decides whether an account has a password.
    if (found === null || found.credential === null || found.user.status !== "ACTIVE") return;
    const { user, credential } = found;
    // A directory can give the account any address, and whoever has its token would sign in as the person.
    if (user.authMethod === "SSO" && credential.emailVerifiedAt === null) return;
    if (await sleeps(unit, organization, user)) return;
    const since = new Date(unit.now.getTime() - MAIL_INTERVAL_SECONDS * 1000);
    if (await wasQueuedSince(unit, since, { recipient: user.email, template: PASSWORD_LINK.name })) return;
    await sendPasswordLink(unit, { organization, user, publicUrl: returnRules.publicUrl, by: "PERSON" });
  });
}

/** A link that can be used, with the account whose password it sets. */
export interface ResetLink {
  readonly kind: "reset-link";
  readonly tokenHash: string;
  readonly organization: Organization;
  readonly user: User;
}

/**
 * Finds the link of a token. If the link was used or has expired, records a refused attempt and returns the refusal.
 *
 * @throws PASSWORD_LINK_OVER for a link that does not exist. Without an organization, an attempt cannot be recorded.
 */
export async function findResetLink(
  services: SignInServices,
  browser: BrowserRequest,
  token: string,
): Promise<ResetLink | SignInRefused> {
  const { reader } = services.store;
  const tokenHash = hashToken(token);
  const stored = await findOneTimeToken(reader, "SET_PASSWORD", tokenHash);
  const organization = stored && (await findOrganization(reader, null, stored.organizationId));
  const user = stored && (await findUser(reader, stored.organizationId, stored.userId));
  if (stored === null || organization === null || user === null) throw over();
  if (stored.consumedAt !== null || stored.expiresAt <= services.clock()) {
    const attempt = beginLinkAttempt(services, browser, organization, user);
    return await recordRefusal(services, { organization, connection: null, userId: user.id }, attempt, over());
  }
  return { kind: "reset-link", tokenHash, organization, user };
}

function beginLinkAttempt(
  services: SignInServices,
  { client }: BrowserRequest,
  { id: organizationId }: Organization,
  { email: login }: User,
): Attempt {
  const reference = services.reference();
  const begun = beginAttempt({ reference, organizationId, connectionId: null, client, login });
  return beginStep(begun, "LINK", services.clock());
}

function over() {
  return new Failure<RefusalDetails>(PASSWORD_LINK_OVER, { detail: null });
}

/** Sets the password and signs the person in. */
export async function resetPassword(
  services: SignInServices,
  browser: BrowserRequest,
  { tokenHash, organization, user }: ResetLink,
  password: string,
): Promise<SignedIn | HeldUp | SignInRefused | NewPasswordRefused> {
  const checked = await checkNewPassword(organization, user, password, null);
  if ("problem" in checked) return { kind: "new-password-refused", problem: checked.problem };
  const attempt = beginLinkAttempt(services, browser, organization, user);
  const tokens = issueSignInTokens();
  try {
    const completed = await services.store.begin(SYSTEM, { kind: "PERSON", actor: user.id }, async (unit) => {
      const home = await lockOrganization(unit, organization.id);
      const account = await findUser(unit, organization.id, user.id);
      if (home === null || account === null) throw over();
      if (!(await consumeOneTimeToken(unit, { tokenHash, kind: "SET_PASSWORD" }))) throw over();
      if (await sleeps(unit, home, account)) throw over();
      await replacePassword(unit, home, account, { passwordHash: checked.hash, by: "LINK", keptSessionId: null });
      return await completeSignIn(unit, {
        operatorContact: services.operatorContact,
        attempt,
        browser,
        organization: home,
        user: account,
        returnTo: null,
        tokens,
      });
    });
    return answerCompleted(completed, { attempt, organization, returnTo: null, tokens });
  } catch (error) {
    return await recordRefusal(services, { organization, connection: null, userId: user.id }, attempt, error);
  }
}
