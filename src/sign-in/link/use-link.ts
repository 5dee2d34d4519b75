/**
 * A one-time sign-in link at the door. Opening it shows who would be signed in, and uses nothing up: programs that look
 * through mail open every address. The button posts, and the post uses the link up and lets the person in.
 *
 * ```
 * show   findLink → refuseByState → the page with the button
 * use    findLink → refuseByState → one unit: lock → consume → author → account → seat → enter
 * ```
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
import { beginAttempt, enterStep, type Attempt } from "../attempt/attempt.js";
import type { Desk, Visitor } from "../desk.js";
import { enter, recordVerifiedRefusal } from "../enter.js";
import { SIGN_IN_LINK_EXPIRED, SIGN_IN_LINK_UNKNOWN, SIGN_IN_LINK_USED, SIGN_IN_LINK_WITHDRAWN } from "../failures.js";
import type { SignedIn } from "../pipeline.js";
import { answerRefusal, recordRefusal, sayFailure, type SignInRefused } from "../record-refusal.js";
import { resolveReturnTo } from "../return-to.js";
import { refuseByAccount, type LinkPayload } from "./link.js";

/** A link that can be used: who would be signed in, to what. */
export interface LinkShown {
  readonly kind: "link-shown";
  readonly organization: Organization;
  readonly user: User;
}

/** Tells who a link would sign in, and changes nothing. */
export async function showLink(desk: Desk, visitor: Visitor, token: string): Promise<LinkShown | SignInRefused> {
  return await onLink(desk, visitor, token, async ({ organization, user }) => ({
    kind: "link-shown",
    organization,
    user,
  }));
}

/** Uses a link up and lets its person in, or refuses. */
export async function useLink(desk: Desk, visitor: Visitor, token: string): Promise<SignedIn | SignInRefused> {
  return await onLink(desk, visitor, token, async ({ link, organization: { id }, attempt: begun }) => {
    const { token: sessionToken, hash: tokenHash } = issueToken(SESSION_TOKEN_PREFIX);
    const attempt = enterStep(begun, "COMPLETE", desk.clock());
    const used = await desk.store.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, async (unit) => {
      const organization = await lockOrganization(unit, id);
      if (organization === null) throw unknown();
      const admitted = await admit(unit, { link, organization, attempt, visitor, tokenHash });
      return { organization, ...admitted };
    });
    if (used.kind === "refuse")
      return answerRefusal({ organization: used.organization, connection: null }, attempt, sayFailure(used.failure));
    return {
      kind: "signed-in",
      location: findGoal(desk, used.organization, link.payload),
      sessionToken,
      expiresAt: used.session.expiresAt,
    };
  });
}

/** A link as stored, with what this room keeps in it. */
type StoredLink = OneTimeToken & { readonly payload: LinkPayload };

interface FoundLink {
  readonly link: StoredLink;
  readonly organization: Organization;
  readonly user: User;
  readonly attempt: Attempt;
}

/** Runs a step for a link that can be used; what ends it early becomes a recorded refusal. */
async function onLink<Outcome>(
  desk: Desk,
  { client }: Visitor,
  token: string,
  run: (found: FoundLink) => Promise<Outcome>,
): Promise<Outcome | SignInRefused> {
  const { reader } = desk.store;
  const stored = await findOneTimeToken(reader, "SIGN_IN", hashToken(token));
  const organization = stored && (await findOrganization(reader, null, stored.organizationId));
  const user = stored && (await findUser(reader, stored.organizationId, stored.userId));
  // Whoever guesses leaves no attempt.
  if (stored === null || organization === null || user === null) throw unknown();
  const link = stored as StoredLink;
  const begun = beginAttempt({
    reference: desk.reference(),
    organizationId: organization.id,
    connectionId: null,
    client,
  });
  const attempt = enterStep(begun, "LINK", desk.clock());
  try {
    refuseByState(link, desk.clock());
    return await run({ link, organization, user, attempt });
  } catch (error) {
    return await recordRefusal(desk, { organization, connection: null, userId: user.id }, attempt, error);
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
      detail: `The link ${id} was good until ${expiresAt.toISOString()}.`,
    });
}

interface Arriving {
  readonly link: StoredLink;
  readonly organization: Organization;
  readonly attempt: Attempt;
  readonly visitor: Visitor;
  readonly tokenHash: string;
}

/** In the unit of work, with the organization locked. A link that is refused for its author or its account is used up too. */
async function admit(
  unit: UnitOfWork,
  { link, organization, attempt, visitor, tokenHash }: Arriving,
): Promise<{ readonly kind: "admitted"; readonly session: Session } | Refusal> {
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
  const session = await enter(unit, { attempt, organization, user, visitor, tokenHash });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "sign_in_link.used",
    subject: { type: "user", id: user.id },
    after: { id: link.id, reference: attempt.reference, author: link.payload.author },
  });
  return { kind: "admitted", session };
}

/** What is asked when a link is made is asked again when it is used: of its author as they are now, and of the account. */
async function refuseNow(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  { id, payload }: StoredLink,
): Promise<Refusal | null> {
  const author = await recallCaller(unit, unit.now, payload.author);
  const withdrawn = (why: string) => refuse(SIGN_IN_LINK_WITHDRAWN, `The link ${id}: ${why}`, user);
  if (author === null) return withdrawn("its author may do nothing any more.");
  if (!holds(author, organization.id, "USERS_WRITE")) return withdrawn("its author no longer holds USERS_WRITE.");
  try {
    await requireHoldingUser(unit, author, user.id);
  } catch (error) {
    if (error instanceof Failure) return withdrawn("the account may do what its author may not.");
    throw error;
  }
  return refuseByAccount({
    user,
    lockedUntil: await findLock(unit, user.id, unit.now),
    ssoEnforcement: organization.policies.ssoEnforcement,
    byOperator: author.kind === "OPERATOR",
  });
}

/** Where the browser goes. An address is asked about again: what is allowed may have changed with a new start. */
function findGoal(
  { returnRules, destinations }: Pick<Desk, "returnRules" | "destinations">,
  { landingUrl, slug }: Organization,
  { returnTo, place }: LinkPayload,
): string {
  const allowed = returnTo === null ? null : resolveReturnTo(returnTo, returnRules);
  if (allowed !== null) return allowed;
  const landing = new URL(landingUrl ?? `/o/${slug}`, returnRules.publicUrl);
  const destination = place && destinations.find(({ kind }) => kind === place.kind);
  return destination && place ? destination.addressFrom(landing, place.id).href : landing.href;
}
