/** Making one-time sign-in links, whatever door the wish comes through. */
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

/** What making links needs. */
export interface LinkServices extends Store {
  readonly returnRules: ReturnRules;
  readonly destinations: readonly Destination[];
}

/** Whom to let in, and where to. */
export interface NewSignInLink {
  readonly organizationId: string;
  readonly userId: string;
  readonly returnTo?: string | null;
  readonly courseId?: string | null;
}

/** A link, as whoever asked for it gets it this once. */
export interface SignInLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * Makes a link that signs a user of the organization in, once, within five minutes. Whoever makes it could enter the account
 * by it, so nobody makes one for an account that may do more than they may.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for accounts that may do more, and for members whose home is another
 *   organization), NOT_FOUND, INVALID_INPUT, and what would refuse the person at the door: ACCOUNT_DISABLED,
 *   ACCOUNT_ARCHIVED, ACCOUNT_PENDING_APPROVAL, ACCOUNT_INVITED, ACCOUNT_LOCKED, SSO_REQUIRED
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
    // Whether and how somebody may sign in is the matter of their home alone.
    if (user.homeOrganizationId !== organizationId) throw new Failure(FORBIDDEN, { permission: null });
    await requireHoldingUser(unit, caller, userId);
    const refusal = refuseByAccount({
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

/** Where the link leads. What is no allowed address is a mistake here, where somebody can mend it, and not a landing page. */
function readTarget(rules: ReturnRules, input: NewSignInLink): Pick<LinkPayload, "returnTo" | "place"> {
  const { returnTo: wish = null, courseId = null } = input;
  const check = new InputCheck();
  const returnTo = wish === null ? null : resolveReturnTo(wish, rules);
  if (wish !== null && returnTo === null)
    check.add("returnTo", "INVALID", "must be an address below one of the installation's return URLs");
  if (wish !== null && courseId !== null)
    check.add("courseId", "INVALID", "must not be given together with returnTo: a link leads to one place");
  check.finish();
  return { returnTo, place: courseId === null ? null : { kind: "course", id: courseId } };
}

/** The same codes as at the door, in sentences for who administers. */
const SENTENCES: Readonly<Record<string, string>> = {
  ACCOUNT_DISABLED: "The account is disabled: nobody signs in to it.",
  ACCOUNT_ARCHIVED: "The account is archived: nobody signs in to it.",
  ACCOUNT_PENDING_APPROVAL: "The account waits for approval: nobody signs in to it yet.",
  ACCOUNT_INVITED: "The person has not accepted the invitation yet.",
  ACCOUNT_LOCKED: "The account is locked for now, after wrong passwords.",
  SSO_REQUIRED: "The organization requires that its people sign in through their provider.",
};

function toFailure({ failure }: Refusal): Failure<object> {
  const message = SENTENCES[failure.code] ?? "Nobody signs in to this account now.";
  return new Failure<object>({ code: failure.code, status: 409, message, remedy: failure.remedy }, {});
}
