/**
 * Accepts an invitation. Opening the link does not consume it, because programs that scan mail open every address. The person of a
 * PASSWORD account sets a password and is signed in. The person of an SSO account goes on to the organization's sign-in page: the
 * first sign-in through a connection accepts the invitation (`acceptsInvitation` in provisioning).
 *
 * ```
 * show     findToken → refuseUnusable → the page
 * accept   findToken → refuseUnusable → checkNewPassword
 *          → one unit: lock → refuseUnusable → consume → ACCEPT → replacePassword → completeSignIn
 * ```
 */
import { holds, SYSTEM } from "../../access/caller.js";
import { recordAudit } from "../../audit/record-audit.js";
import { recallCaller } from "../../people/caller/recall-caller.js";
import {
  consumeOneTimeToken,
  findOneTimeToken,
  type OneTimeToken,
} from "../../people/credential/one-time-token.repository.js";
import { replacePassword } from "../../people/credential/password.operations.js";
import type { InvitationPayload } from "../../people/invitation/invitation.operations.js";
import { findOrganization, lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { claimLoginAddress } from "../../people/user/email-rule.js";
import { changeStatus } from "../../people/user/status/status.changes.js";
import { findUser } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure } from "../../platform/errors/failure.js";
import { foldCase } from "../../platform/text.js";
import type { RefusalDetails } from "../../provisioning/failures.js";
import { beginAttempt, beginStep } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import * as failures from "../failures.js";
import { refuseByAccount } from "../link/link.js";
import type { HeldUp, SignedIn } from "../outcomes.js";
import { checkNewPassword } from "../password/check-new-password.js";
import { answerCompleted, completeSignIn, issueSignInTokens } from "../password/complete-sign-in.js";
import type { NewPasswordRefused } from "../password/set-new-password.js";
import { recordRefusal, type SignInRefused } from "../record-refusal.js";
import type { SignInServices } from "../services.js";

type Link = OneTimeToken & { readonly payload: InvitationPayload };

/** A usable invitation, with its account. */
export interface Invitation {
  readonly kind: "invitation";
  readonly tokenHash: string;
  readonly organization: Organization;
  readonly user: User;
}

/**
 * Finds the invitation of a token. If the invitation cannot be used, records a refused attempt and returns the refusal.
 *
 * @throws INVITATION_UNKNOWN if nothing is left of the invitation. Without its organization, no attempt can be recorded
 */
export async function findInvitation(
  services: SignInServices,
  browser: BrowserRequest,
  token: string,
): Promise<Invitation | SignInRefused> {
  const { reader } = services.store;
  const tokenHash = hashToken(token);
  const link = (await findOneTimeToken(reader, "INVITATION", tokenHash)) as Link | null;
  const organization = link && (await findOrganization(reader, null, link.organizationId));
  const user = link && (await findUser(reader, link.organizationId, link.userId));
  if (link === null || organization === null || user === null) throw unknown();
  try {
    await refuseUnusable(reader, link, organization, user, services.clock());
    return { kind: "invitation", tokenHash, organization, user };
  } catch (error) {
    const refused = { organization, connection: null, userId: user.id };
    return await recordRefusal(services, refused, begin(services, browser, organization, user), error);
  }
}

/** Sets the password of an invited PASSWORD account, makes the account active and signs the person in. */
export async function acceptInvitation(
  services: SignInServices,
  browser: BrowserRequest,
  { tokenHash, organization, user }: Invitation,
  password: string,
): Promise<SignedIn | HeldUp | SignInRefused | NewPasswordRefused> {
  const checked = await checkNewPassword(organization, user, password, null);
  if ("problem" in checked) return { kind: "new-password-refused", problem: checked.problem };
  const attempt = begin(services, browser, organization, user);
  const tokens = issueSignInTokens();
  try {
    const completed = await services.store.begin(SYSTEM, { kind: "PERSON", actor: user.id }, async (unit) => {
      const home = await lockOrganization(unit, organization.id);
      const invited = await findUser(unit, organization.id, user.id);
      const link = (await findOneTimeToken(unit, "INVITATION", tokenHash)) as Link | null;
      if (home === null || invited === null || link === null) throw unknown();
      await refuseUnusable(unit, link, home, invited, unit.now);
      if (!(await consumeOneTimeToken(unit, link))) throw used(link);
      const changed = await changeStatus(unit, home, invited, "ACCEPT");
      const account = changed?.user ?? invited;
      await claimLoginAddress(unit, home.name, account);
      // A link that came by mail proves that the person reads the account's mail. A link that an author copied does
      // not.
      const by = link.payload.author === null ? "LINK" : "PERSON";
      await replacePassword(unit, home, account, { passwordHash: checked.hash, by, keptSessionId: null });
      await recordAudit(unit, {
        organizationId: home.id,
        action: "user.invitation_accepted",
        subject: { type: "user", id: account.id },
        before: { status: invited.status },
        after: { id: link.id, status: account.status, reference: attempt.reference, author: link.payload.author },
      });
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

function begin(services: SignInServices, { client }: BrowserRequest, { id }: Organization, { email }: User) {
  const reference = services.reference();
  const begun = beginAttempt({ reference, organizationId: id, connectionId: null, client, login: email });
  return beginStep(begun, "LINK", services.clock());
}

function unknown() {
  return new Failure<RefusalDetails>(failures.INVITATION_UNKNOWN, { detail: null });
}

function used({ id }: Link) {
  return new Failure<RefusalDetails>(failures.INVITATION_USED, { detail: `The invitation ${id}.` });
}

/**
 * Refuses an invitation that was used or has expired, that is older than the account's address, whose author could not
 * make it now, or whose account cannot sign in.
 *
 * @throws INVITATION_USED, INVITATION_WITHDRAWN, INVITATION_EXPIRED, INVITATION_ADDRESS_CHANGED, ACCOUNT_DISABLED,
 *   ACCOUNT_PENDING_APPROVAL, ACCOUNT_BREAK_GLASS, SSO_REQUIRED
 */
async function refuseUnusable(
  reader: Reader,
  link: Link,
  organization: Organization,
  user: User,
  now: Date,
): Promise<void> {
  const { id, consumedAt, expiresAt, payload } = link;
  const refused = (
    failure:
      | (typeof failures)["INVITATION_EXPIRED"]
      | (typeof failures)["INVITATION_WITHDRAWN"]
      | (typeof failures)["INVITATION_ADDRESS_CHANGED"],
    why: string,
  ) => new Failure<RefusalDetails>(failure, { detail: `The invitation ${id} ${why}` });
  if (consumedAt !== null || user.status === "ACTIVE") throw used(link);
  if (user.status === "ARCHIVED") throw refused(failures.INVITATION_WITHDRAWN, "belongs to an archived account.");
  if (user.status === "INVITED" && expiresAt <= now)
    throw refused(failures.INVITATION_EXPIRED, `expired at ${expiresAt.toISOString()}.`);
  if (payload.emailKey !== foldCase(user.email))
    throw refused(failures.INVITATION_ADDRESS_CHANGED, "is older than the account's address.");
  if (user.authMethod === "SSO" && user.status === "INVITED") return;
  const why = payload.author === null ? null : await findLack(reader, now, payload.author, user);
  if (why !== null) throw refused(failures.INVITATION_WITHDRAWN, why);
  // An invitation opens the account only if a password could, so the same rules are checked, as if the account were
  // active already.
  const asActive: User = { ...user, status: user.status === "INVITED" ? "ACTIVE" : user.status };
  const { ssoEnforcement } = organization.policies;
  const refusal = refuseByAccount({
    door: "PASSWORD",
    user: asActive,
    lockedUntil: null,
    ssoEnforcement,
    byOperator: false,
  });
  if (refusal !== null) throw new Failure<RefusalDetails>(refusal.failure, { detail: refusal.detail });
}

/**
 * Why the author of a copied link could not make it now, as the end of a sentence about the link; `null` if the author
 * could.
 */
async function findLack(
  reader: Reader,
  now: Date,
  remembered: NonNullable<InvitationPayload["author"]>,
  user: User,
): Promise<string | null> {
  const author = await recallCaller(reader, now, remembered);
  if (author === null) return "was made by a caller who has no access any more.";
  if (!holds(author, user.homeOrganizationId, "USERS_WRITE"))
    return "was made by a caller who no longer holds USERS_WRITE.";
  try {
    await requireHoldingUser(reader, author, user.id);
    return null;
  } catch (error) {
    if (error instanceof Failure) return "opens an account with permissions that its author lacks.";
    throw error;
  }
}
