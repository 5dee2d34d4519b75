/** Makes one-time sign-in links. */
import { causeOf, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { rememberCaller } from "../../people/caller/recall-caller.js";
import { findLock } from "../../people/credential/find-lock.js";
import { insertOneTimeToken } from "../../people/credential/one-time-token.repository.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { findUser } from "../../people/user/user.repository.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import type { Refusal } from "../../provisioning/refusal.js";
import { resolveReturnTo, type ReturnRules } from "../return-to.js";
import type { Destination, Place } from "./destination.js";
import { refuseByAccount, SIGN_IN_LINK_LIFETIME_SECONDS, SIGN_IN_LINK_PREFIX, type LinkPayload } from "./link.js";

export interface LinkServices extends Store {
  readonly returnRules: ReturnRules;
  readonly destinations: readonly Destination[];
}

/** The user to sign in, and where the link leads. */
export interface NewSignInLink {
  readonly organizationId: string;
  readonly userId: string;
  readonly returnTo?: string | null;
  readonly courseId?: string | null;
}

/** A link with its token, which is not stored and cannot be shown again. */
export interface SignInLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * Makes a link that signs a user of the organization in once, within five minutes. The caller could use the link themselves,
 * so they need all permissions of the account.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for accounts with more permissions, and for members whose home is a different
 *   organization), NOT_FOUND, INVALID_INPUT, and the code that would refuse the person's sign-in: ACCOUNT_DISABLED,
 *   ACCOUNT_ARCHIVED, ACCOUNT_PENDING_APPROVAL, ACCOUNT_INVITED, ACCOUNT_LOCKED, ACCOUNT_BREAK_GLASS, SSO_REQUIRED
 */
export async function createSignInLink(
  services: LinkServices,
  caller: Caller,
  input: NewSignInLink,
): Promise<SignInLink> {
  const { organizationId, userId } = input;
  requirePermission(caller, organizationId, "USERS_WRITE");
  const { returnTo, place } = readTarget(services.returnRules, input);
  const { token, hash: tokenHash } = issueToken(SIGN_IN_LINK_PREFIX);

  return await services.begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const user = await findUser(unit, organizationId, userId);
    if (user === null) throw new Failure(NOT_FOUND, { type: "user" });
    // Only a user's home organization decides how they sign in.
    if (user.homeOrganizationId !== organizationId) throw new Failure(FORBIDDEN, { permission: null });
    await requireHoldingUser(unit, caller, userId);
    const refusal = refuseByAccount({
      door: "LINK",
      user,
      lockedUntil: await findLock(unit, userId, unit.now),
      ssoEnforcement: organization.policies.ssoEnforcement,
      byOperator: caller.kind === "OPERATOR",
    });
    if (refusal !== null) throw toFailure(refusal);
    if (place !== null)
      await requirePlace(services, place, (destination) => destination.require(unit, organizationId, place.id));

    const payload: LinkPayload = { author: rememberCaller(caller), returnTo, place };
    const expiresAt = new Date(unit.now.getTime() + SIGN_IN_LINK_LIFETIME_SECONDS * 1000);
    const id = await insertOneTimeToken(unit, {
      tokenHash,
      kind: "SIGN_IN",
      userId,
      organizationId,
      payload,
      expiresAt,
    });
    await recordAudit(unit, {
      organizationId,
      action: "sign_in_link.created",
      subject: { type: "user", id: userId },
      after: { id, expiresAt, returnTo, place },
    });
    return { url: new URL(`/sign-in/link/${token}`, services.returnRules.publicUrl).href, expiresAt };
  });
}

async function requirePlace(
  { destinations }: LinkServices,
  { kind }: Place,
  require: (destination: Destination) => Promise<void>,
): Promise<void> {
  const destination = destinations.find((each) => each.kind === kind);
  if (destination === undefined) throw new Failure(NOT_FOUND, { type: kind });
  await require(destination);
}

/**
 * Where the link leads. An address that is not allowed is an error when the link is made. If the address is no longer
 * allowed when the link is used, it is ignored.
 */
function readTarget(rules: ReturnRules, input: NewSignInLink): Pick<LinkPayload, "returnTo" | "place"> {
  const { returnTo: requested = null, courseId = null } = input;
  const check = new InputCheck();
  const returnTo = requested === null ? null : resolveReturnTo(requested, rules);
  if (requested !== null && returnTo === null)
    check.add("returnTo", "INVALID", "must be an address below one of the installation's return URLs");
  if (requested !== null && courseId !== null)
    check.add("courseId", "INVALID", "must not be combined with returnTo: a link leads to one place");
  check.finish();
  return { returnTo, place: courseId === null ? null : { kind: "course", id: courseId } };
}

/** What the caller reads in place of the sentence for the person, by the code of the refusal. */
const SENTENCES: Readonly<Record<string, string>> = {
  ACCOUNT_DISABLED: "The account is disabled, so its person cannot sign in.",
  ACCOUNT_ARCHIVED: "The account is archived, so its person cannot sign in.",
  ACCOUNT_PENDING_APPROVAL: "The account is waiting for approval, so its person cannot sign in yet.",
  ACCOUNT_INVITED: "The person has not accepted the invitation yet.",
  ACCOUNT_LOCKED: "The account is locked after wrong passwords.",
  ACCOUNT_BREAK_GLASS: "The account is a break-glass account, so its person signs in with the password only.",
  SSO_REQUIRED: "The organization requires its people to sign in through their provider.",
};

function toFailure({ failure }: Refusal): Failure<object> {
  const message = SENTENCES[failure.code] ?? "The person of this account cannot sign in now.";
  return new Failure<object>({ code: failure.code, status: 409, message, remedy: failure.remedy }, {});
}
