/**
 * Invites people: an account with the status INVITED, and links by which the person accepts. The link in the mail and the link that
 * the caller gets are two: only the one in the mail proves that the person reads the mail of the address.
 */
import { causeOf, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { queueMail } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import { cutText, foldCase } from "../../platform/text.js";
import { rememberCaller, type RememberedCaller } from "../caller/recall-caller.js";
import { expireInvitations, insertOneTimeToken } from "../credential/one-time-token.repository.js";
import { USER_NOT_INVITED } from "../failures.js";
import { INVITATION } from "../notices/templates.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { requireHoldingUser } from "../role/require-holding-user.js";
import { longestValueOf } from "../user/profile/field-name.js";
import { readPerson, type PersonInput } from "../user/profile/person-input.js";
import { changeStatus } from "../user/status/status.changes.js";
import { findAccountToChange, lockAccount, requireAllowed } from "../user/status/status.operations.js";
import { showMember } from "../user/user.access.js";
import { describeAccount } from "../user/user.changes.js";
import { USER_INVITED } from "../user/user.events.js";
import { createAccountByHand } from "../user/user.operations.js";
import type { AuthMethod, Member, User } from "../user/user.js";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** How long an invitation works if the caller names no end. */
export const INVITATION_DAYS = 7;
/** How far away the end may be that a caller names. */
export const MOST_INVITATION_DAYS = 90;

const INVITATION_PREFIX = "usher_inv_";

/** Stored with a link. A type and not an interface, so that it can be assigned to a plain JSON object. */
export type InvitationPayload = {
  /** The folded address of the account when the link was made. */
  readonly emailKey: string;
  /** The caller who got the link; `null` for the link in the mail. A copied link must not grant more than its author then holds. */
  readonly author: RememberedCaller | null;
};

/** How an invitation is sent. */
interface Sending {
  /** Absent: true. */
  readonly sendMail?: boolean | null;
  /** Absent: in seven days. */
  readonly expiresAt?: Date | null;
}

/** A person to invite. */
export interface NewInvitation extends Omit<PersonInput, "firstName" | "lastName">, Sending {
  readonly organizationId: string;
  /** Absent: the address, until the person or a provider gives a name. */
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  /** Absent: PASSWORD, or SSO where the organization requires single sign-on. */
  readonly authMethod?: AuthMethod | null;
  /** Absent or empty: the default role of the organization. */
  readonly roleKeys?: readonly string[] | null;
}

/** An invitation to send again. */
export interface RepeatedInvitation extends Sending {
  readonly id: string;
}

/** An invited account, with the link for the caller. The link is not stored and cannot be shown again. */
export interface Invited {
  readonly user: Member;
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * Creates an INVITED account and its links.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for roles with permissions that the caller does not hold), NOT_FOUND, INVALID_INPUT,
 *   EMAIL_TAKEN, SEATS_FULL
 */
export async function inviteUser(
  { begin }: Store,
  publicUrl: string,
  caller: Caller,
  input: NewInvitation,
): Promise<Invited> {
  requirePermission(caller, input.organizationId, "USERS_WRITE");
  const check = new InputCheck();
  const values = readPerson(check, { ...input, ...nameOf(input) });
  check.finish();
  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, input.organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const isSsoRequired = organization.policies.ssoEnforcement === "REQUIRED";
    const authMethod = input.authMethod ?? (isSsoRequired ? "SSO" : "PASSWORD");
    const account = { values, authMethod, roleKeys: input.roleKeys, status: "INVITED" } as const;
    const { user } = await createAccountByHand(unit, organization, account);
    return await send(unit, organization, user, publicUrl, input);
  });
}

/** Fills missing names with the other name, or with the address. */
function nameOf({ email, firstName, lastName, fullName }: NewInvitation) {
  const first = firstName ?? lastName ?? cutText(email, longestValueOf("firstName"));
  const isNameless = firstName == null && lastName == null;
  return { firstName: first, lastName: lastName ?? first, fullName: fullName ?? (isNameless ? email : null) };
}

/**
 * Makes new links for an INVITED account. Earlier ones expire.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for accounts with permissions that the caller does not hold, and for members whose
 *   home is another organization), NOT_FOUND, INVALID_INPUT, USER_NOT_INVITED, MANAGED_BY_DIRECTORY
 */
export async function resendInvitation(
  store: Store,
  publicUrl: string,
  caller: Caller,
  input: RepeatedInvitation,
): Promise<Invited> {
  const { organizationId } = await findAccountToChange(store, caller, input.id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, input.id);
    await requireHoldingUser(unit, caller, user.id);
    if (user.status !== "INVITED") throw new Failure(USER_NOT_INVITED, { status: user.status });
    await expireInvitations(unit, user.id);
    return await send(unit, organization, user, publicUrl, input);
  });
}

/**
 * Archives an INVITED account, so that its links no longer work and its person is refused. An account that is archived already stays
 * unchanged.
 *
 * @throws as `resendInvitation`, and OWNER_PROTECTED
 */
export async function revokeInvitation(store: Store, caller: Caller, id: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, id);
    if (user.status !== "INVITED" && user.status !== "ARCHIVED")
      throw new Failure(USER_NOT_INVITED, { status: user.status });
    await requireAllowed(unit, organization, user, "ARCHIVE");
    const changed = await changeStatus(unit, organization, user, "ARCHIVE");
    if (changed !== null)
      await recordAudit(unit, {
        organizationId,
        action: "user.invitation_revoked",
        subject: { type: "user", id },
        before: { status: changed.before.status },
        after: { status: changed.after.status },
      });
    return showMember(caller, changed?.user ?? user, organizationId);
  });
}

async function send(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  publicUrl: string,
  { sendMail, expiresAt: named }: Sending,
): Promise<Invited> {
  const expiresAt = readExpiry(named ?? null, unit.now);
  const issue = async (author: InvitationPayload["author"]): Promise<string> => {
    const { token, hash: tokenHash } = issueToken(INVITATION_PREFIX);
    const payload: InvitationPayload = { emailKey: foldCase(user.email), author };
    const owner = { userId: user.id, organizationId: organization.id };
    await insertOneTimeToken(unit, { tokenHash, kind: "INVITATION", ...owner, payload, expiresAt });
    return new URL(`/invitation/${token}`, publicUrl).href;
  };
  const mailed = sendMail ?? true;
  if (mailed) {
    const { fullName, email, authMethod } = user;
    const url = await issue(null);
    await queueMail(unit, {
      organizationId: organization.id,
      recipient: email,
      ...writeMail(INVITATION, { organization, fullName, email, authMethod, url, expiresAt }),
    });
  }
  const url = await issue(rememberCaller(unit.caller));
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_INVITED,
    subject: { id: user.id, version: user.version },
    data: {
      user: (await describeAccount(unit, organization, user)).snapshot,
      changed: null,
      invitation: { expiresAt: expiresAt.toISOString(), mailed },
    },
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.invited",
    subject: { type: "user", id: user.id },
    after: { expiresAt, mailed },
  });
  return { user: showMember(unit.caller, user, organization.id), url, expiresAt };
}

function readExpiry(named: Date | null, now: Date): Date {
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MILLISECONDS);
  if (named === null) return inDays(INVITATION_DAYS);
  const isAllowed = named > now && named <= inDays(MOST_INVITATION_DAYS);
  if (isAllowed) return named;
  const message = `must be in the future, and at most ${MOST_INVITATION_DAYS} days away`;
  throw new Failure(INVALID_INPUT, { fields: [{ path: "expiresAt", code: "INVALID", message }] });
}
