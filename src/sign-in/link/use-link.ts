/**
 * Shows and uses a one-time sign-in link. Opening a link does not consume it, because programs that scan mail open
 * every address. The page of the link has a button that posts a form. The post consumes the link and signs the person
 * in.
 *
 * ``` show   findLink → refuseByState → the page with the button use    findLink → refuseByState → one unit: lock →
 * consume → author → account → seat → session ```
 */
import { holds, SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { recallCaller } from "../../people/caller/recall-caller.js";
import { findLock } from "../../people/credential/find-lock.js";
import {
  consumeOneTimeToken,
  findOneTimeToken,
  type OneTimeToken,
} from "../../people/credential/one-time-token.repository.js";
import { findOrganization, lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { takeSeat } from "../../people/seat/seat.changes.js";
import { SESSION_TOKEN_PREFIX, type Session } from "../../people/session/session.js";
import { findUser, noteLinkSignIn } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { hashToken, issueToken } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import type { RefusalDetails } from "../../provisioning/failures.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { beginAttempt, beginStep, type Attempt } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import { SIGN_IN_LINK_EXPIRED, SIGN_IN_LINK_UNKNOWN, SIGN_IN_LINK_USED, SIGN_IN_LINK_WITHDRAWN } from "../failures.js";
import { openSignedInSession } from "../open-signed-in-session.js";
import type { SignedIn } from "../outcomes.js";
import { recordVerifiedRefusal } from "../record-verified-refusal.js";
import { answerRefusal, recordRefusal, toSafeReason, type SignInRefused } from "../record-refusal.js";
import { resolveReturnTo } from "../return-to.js";
import type { SignInServices } from "../services.js";
import { refuseByAccount, type LinkPayload } from "./link.js";

/** A link that can be used, and the user that it would sign in. */
export interface LinkShown {
  readonly kind: "link-shown";
  readonly organization: Organization;
  readonly user: User;
}

/** Returns the user that a link would sign in. Changes nothing. */
export async function showLink(
  services: SignInServices,
  browser: BrowserRequest,
  token: string,
): Promise<LinkShown | SignInRefused> {
  return await withLink(services, browser, token, async ({ organization, user }) => ({
    kind: "link-shown",
    organization,
    user,
  }));
}

/** Consumes a link and signs its user in, or refuses. */
export async function useLink(
  services: SignInServices,
  browser: BrowserRequest,
  token: string,
): Promise<SignedIn | SignInRefused> {
  return await withLink(services, browser, token, async ({ link, organization: { id }, attempt: begun }) => {
    const { token: sessionToken, hash: tokenHash } = issueToken(SESSION_TOKEN_PREFIX);
    const attempt = beginStep(begun, "COMPLETE", services.clock());
    const used = await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
      const organization = await lockOrganization(unit, id);
      if (organization === null) throw unknown();
      const result = await consumeAndSignIn(unit, { link, organization, attempt, browser, tokenHash });
      return { organization, ...result };
    });
    if (used.kind === "refuse")
      return answerRefusal({ organization: used.organization, connection: null }, attempt, toSafeReason(used.failure));
    return {
      kind: "signed-in",
      location: findLinkLocation(services, used.organization, link.payload),
      sessionToken,
      expiresAt: used.session.expiresAt,
    };
  });
}

type StoredLink = OneTimeToken & { readonly payload: LinkPayload };

interface FoundLink {
  readonly link: StoredLink;
  readonly organization: Organization;
  readonly user: User;
  readonly attempt: Attempt;
}

/** Finds a link and runs `run` with it. Records a failure as a refused attempt. */
async function withLink<Outcome>(
  services: SignInServices,
  { client }: BrowserRequest,
  token: string,
  run: (found: FoundLink) => Promise<Outcome>,
): Promise<Outcome | SignInRefused> {
  const { reader } = services.store;
  const stored = await findOneTimeToken(reader, "SIGN_IN", hashToken(token));
  const organization = stored && (await findOrganization(reader, null, stored.organizationId));
  const user = stored && (await findUser(reader, stored.organizationId, stored.userId));
  // An attempt belongs to an organization. Without one, the refusal cannot be recorded.
  if (stored === null || organization === null || user === null) throw unknown();
  const link = stored as StoredLink;
  const begun = beginAttempt({
    reference: services.reference(),
    organizationId: organization.id,
    connectionId: null,
    client,
  });
  const attempt = beginStep(begun, "LINK", services.clock());
  try {
    refuseByState(link, services.clock());
    return await run({ link, organization, user, attempt });
  } catch (error) {
    return await recordRefusal(services, { organization, connection: null, userId: user.id }, attempt, error);
  }
}

function unknown() {
  return new Failure<RefusalDetails>(SIGN_IN_LINK_UNKNOWN, { detail: null });
}

/** @throws SIGN_IN_LINK_USED or SIGN_IN_LINK_EXPIRED */
function refuseByState({ id, consumedAt, expiresAt }: OneTimeToken, now: Date): void {
  if (consumedAt !== null)
    throw new Failure<RefusalDetails>(SIGN_IN_LINK_USED, {
      detail: `The link ${id} was used at ${consumedAt.toISOString()}.`,
    });
  if (expiresAt <= now)
    throw new Failure<RefusalDetails>(SIGN_IN_LINK_EXPIRED, {
      detail: `The link ${id} expired at ${expiresAt.toISOString()}.`,
    });
}

interface LinkUse {
  readonly link: StoredLink;
  readonly organization: Organization;
  readonly attempt: Attempt;
  readonly browser: BrowserRequest;
  readonly tokenHash: string;
}

/**
 * Consumes the link and signs its user in. The organization must be locked. If the author or the account is the reason
 * of a refusal, the link is consumed, too.
 */
async function consumeAndSignIn(
  unit: UnitOfWork,
  { link, organization, attempt, browser, tokenHash }: LinkUse,
): Promise<{ readonly kind: "signed-in"; readonly session: Session } | Refusal> {
  if (!(await consumeOneTimeToken(unit, link))) {
    const now = await findOneTimeToken(unit, link.kind, link.tokenHash);
    if (now !== null) refuseByState(now, unit.now);
    throw unknown();
  }
  const user = await findUser(unit, organization.id, link.userId);
  if (user === null) throw unknown();
  const refusal = await refuseNow(unit, organization, user, link);
  if (refusal !== null) return await recordVerifiedRefusal(unit, attempt, organization, refusal);
  if (organization.policies.seatModel === "ACTIVE_USER") await takeSeat(unit, organization, user.id);
  await noteLinkSignIn(unit, user);
  const session = await openSignedInSession(unit, { attempt, organization, user, browser, tokenHash });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "sign_in_link.used",
    subject: { type: "user", id: user.id },
    after: { id: link.id, reference: attempt.reference, author: link.payload.author },
  });
  return { kind: "signed-in", session };
}

/** Repeats the checks of the link's creation, with the author's present permissions and the account's present state. */
async function refuseNow(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  { id, payload }: StoredLink,
): Promise<Refusal | null> {
  const author = await recallCaller(unit, unit.now, payload.author);
  const withdrawn = (why: string) => refuse(SIGN_IN_LINK_WITHDRAWN, `The link ${id}: ${why}`, user);
  if (author === null) return withdrawn("its author has no access any more.");
  if (!holds(author, organization.id, "USERS_WRITE")) return withdrawn("its author no longer holds USERS_WRITE.");
  try {
    await requireHoldingUser(unit, author, user.id);
  } catch (error) {
    if (error instanceof Failure) return withdrawn("the account has permissions that its author lacks.");
    throw error;
  }
  return refuseByAccount({
    door: "LINK",
    user,
    lockedUntil: await findLock(unit, user.id, unit.now),
    ssoEnforcement: organization.policies.ssoEnforcement,
    byOperator: author.kind === "OPERATOR",
  });
}

/** Where the browser goes. The address is checked again, because a restart may have changed the allow-list. */
function findLinkLocation(
  { returnRules, destinations }: Pick<SignInServices, "returnRules" | "destinations">,
  { landingUrl, slug }: Organization,
  { returnTo, place }: LinkPayload,
): string {
  const allowed = returnTo === null ? null : resolveReturnTo(returnTo, returnRules);
  if (allowed !== null) return allowed;
  const landing = new URL(landingUrl ?? `/o/${slug}`, returnRules.publicUrl);
  const destination = place && destinations.find(({ kind }) => kind === place.kind);
  return destination && place ? destination.addressFrom(landing, place.id).href : landing.href;
}
