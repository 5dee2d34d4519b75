/** Applies a decision about a verified person: account, identity, roles, groups and seat, in one unit of work. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { recordAudit } from "../audit/record-audit.js";
import { endMerge } from "../connection/identity/identity.changes.js";
import {
  findIdentityById,
  insertIdentity,
  noteIdentitySignIn,
  retireIdentity,
  type NewIdentity,
} from "../connection/identity/identity.repository.js";
import type { MergeCandidate } from "../connection/identity/meeting-account.js";
import { insertLinkRequest } from "../connection/identity/link-request.repository.js";
import { findConnection } from "../connection/stored/connection.repository.js";
import { appendEvent } from "../events/append-event.js";
import { dropUnverifiedCredential } from "../people/credential/credential.changes.js";
import { giveMembership, withdrawMemberships } from "../people/group/group.changes.js";
import { noticeApprovalRequested } from "../people/notices/notice-approval-requested.js";
import { noticeMerged } from "../people/notices/notice-merged.js";
import type { Organization } from "../people/organization/organization.js";
import { takeSeat } from "../people/seat/seat.changes.js";
import type { GivenFields } from "../people/user/profile/field.js";
import { changeStatus } from "../people/user/status/status.changes.js";
import { changeAccount, createAccount, describeAccount, type ChangedAccount } from "../people/user/user.changes.js";
import { USER_APPROVAL_REQUESTED, USER_MERGED } from "../people/user/user.events.js";
import { findPasswordUser, noteSignIn } from "../people/user/user.repository.js";
import type { User, UserSnapshot } from "../people/user/user.js";
import { foldCase } from "../platform/text.js";
import type { VerifiedPerson } from "./verified-person.js";
import { readGivenRoles } from "./give-roles.js";
import type { EndedMerge } from "./decide-account.js";
import type { MappedMembership } from "./mappings/decide-groups.js";
import type { AccountChange, Grant } from "./situation.js";

/** The account that the person signs in to. */
export interface ProvisionedAccount {
  readonly user: User;
  /** The account as events show it; `null` if the caller must read it. */
  readonly snapshot: UserSnapshot | null;
}

/** Changes accounts and identities as decided, and returns the account that the person signs in to. */
export async function apply(
  unit: UnitOfWork,
  person: VerifiedPerson,
  organization: Organization,
  decision: AccountChange,
): Promise<ProvisionedAccount> {
  const { user, snapshot } = await applyToAccount(unit, person, organization, decision);
  await applyGroups(unit, person, user, decision.groups);
  if (decision.takesSeat) await takeSeat(unit, organization, user.id);
  await noteSignIn(unit, user.id);
  const { give, take } = decision.groups;
  return { user, snapshot: give.length === 0 && take.length === 0 ? snapshot : null };
}

async function applyToAccount(
  unit: UnitOfWork,
  person: VerifiedPerson,
  organization: Organization,
  decision: AccountChange,
): Promise<ProvisionedAccount> {
  const given = giveFields(person, decision.fields);
  const { connectionId } = person;
  const giver = { owner: { connectionId }, directoryId: null };
  const roles = await readGivenRoles(unit, organization.id, decision.roles, giver);
  const change = async (before: User) => {
    const accepted = decision.acceptsInvitation ? await changeStatus(unit, organization, before, "ACCEPT") : null;
    const user = accepted?.user ?? before;
    return await changeAccount(unit, organization, user, {
      given: await dropTakenAddress(unit, user, given),
      ...(roles && { roles }),
    });
  };
  if (decision.kind !== "link" && decision.ended !== null) await endMergeOf(unit, organization, decision.ended);
  switch (decision.kind) {
    case "create": {
      const { user, snapshot } = await createAccount(unit, organization, {
        given,
        authMethod: "SSO",
        status: decision.status,
        roles: roles?.values ?? [],
        roleSource: roles?.source ?? "DEFAULT",
      });
      await link(unit, person, user, "OWN");
      if (user.status === "PENDING_APPROVAL") await recordApprovalRequest(unit, person, organization, user);
      return { user, snapshot };
    }
    case "link": {
      await dropUnverifiedCredential(unit, decision.user.id);
      const { user, after } = await change(decision.user);
      if (decision.awaited !== null) await retireIdentity(unit, decision.awaited);
      await link(unit, person, user, "OWN");
      return { user, snapshot: after };
    }
    case "merge": {
      const { candidate } = decision;
      await dropUnverifiedCredential(unit, candidate.user.id);
      const { user, after } = await change(candidate.user);
      await link(unit, person, user, "MERGED");
      await recordMerge(unit, person, organization, { user, after }, candidate);
      return { user, snapshot: after };
    }
    case "update": {
      await noteIdentitySignIn(unit, decision.identityId, decision, person.profile);
      const { user, after } = await change(decision.user);
      return { user, snapshot: after };
    }
  }
}

async function endMergeOf(
  unit: UnitOfWork,
  organization: Organization,
  { identityId, reason }: EndedMerge,
): Promise<void> {
  const link = await findIdentityById(unit, organization.id, identityId);
  if (link !== null) await endMerge(unit, organization, link, reason);
}

function giveFields({ connectionId }: VerifiedPerson, values: GivenFields["values"]): GivenFields {
  return { source: "SSO", sourceId: connectionId, values };
}

/**
 * Leaves out the address if another password account of the organization has it. The person still signs in, because their
 * identity leads to the account, not the address.
 */
async function dropTakenAddress(unit: UnitOfWork, user: User, given: GivenFields): Promise<GivenFields> {
  const { email, ...others } = given.values;
  if (user.authMethod !== "PASSWORD" || email == null) return given;
  const holder = await findPasswordUser(unit, user.homeOrganizationId, email);
  return holder === null || holder.id === user.id ? given : { ...given, values: others };
}

function emailKeyOf({ profile }: VerifiedPerson): string | null {
  return profile.email === null ? null : foldCase(profile.email);
}

/** The organization's lock serializes the sign-ins of one person, so an identity that is already linked is a defect. */
async function link(
  unit: UnitOfWork,
  person: VerifiedPerson,
  user: User,
  linkKind: NewIdentity["linkKind"],
): Promise<void> {
  const { connectionId, profile } = person;
  const { issuer, subject, externalId, emailVerified } = profile;
  const address = { emailKey: emailKeyOf(person), emailVerified };
  const names = { issuer, subject, ...(externalId === undefined ? {} : { externalId }) };
  const identity = { connectionId, userId: user.id, ...names, ...address, linkKind, lastSignedInAt: unit.now };
  if ((await insertIdentity(unit, identity)) === "TAKEN")
    throw new Error(`the identity of user ${user.id} was linked while the organization was locked`);
}

async function applyGroups(
  unit: UnitOfWork,
  person: VerifiedPerson,
  user: User,
  groups: Grant["groups"],
): Promise<void> {
  const { organizationId, connectionId } = person;
  const membership = ({ groupId, mappingId }: MappedMembership) => ({
    groupId,
    source: { kind: "MAPPING", mappingId, connectionId } as const,
  });
  for (const each of groups.give) await giveMembership(unit, { organizationId, userId: user.id, ...membership(each) });
  if (groups.take.length > 0)
    await withdrawMemberships(unit, { organizationId, userId: user.id, memberships: groups.take.map(membership) });
}

async function recordMerge(
  unit: UnitOfWork,
  { connectionId, profile }: VerifiedPerson,
  organization: Organization,
  { user, after }: Pick<ChangedAccount, "user" | "after">,
  { user: before, unverifiedPassword: wiped }: MergeCandidate,
): Promise<void> {
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_MERGED,
    subject: { id: user.id, version: user.version },
    data: { user: after, changed: null, connectionId },
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.merged",
    subject: { type: "user", id: user.id },
    after: { connectionId, issuer: profile.issuer, subject: profile.subject, droppedUnverifiedPassword: wiped },
  });
  const connectionName = await nameConnection(unit, connectionId);
  await noticeMerged(unit, { organization, user: before, connectionName, droppedPassword: wiped });
}

async function recordApprovalRequest(
  unit: UnitOfWork,
  { connectionId }: VerifiedPerson,
  organization: Organization,
  user: User,
): Promise<void> {
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_APPROVAL_REQUESTED,
    subject: { id: user.id, version: user.version },
    data: { user: (await describeAccount(unit, organization, user)).snapshot, changed: null },
  });
  await noticeApprovalRequested(unit, {
    organization,
    user,
    connectionName: await nameConnection(unit, connectionId),
  });
}

async function nameConnection(unit: UnitOfWork, connectionId: string): Promise<string> {
  return (await findConnection(unit, null, connectionId))?.displayName ?? "single sign-on";
}

/** Stores a request that asks an administrator whether the person owns an existing account. */
export async function requestLink(unit: UnitOfWork, person: VerifiedPerson, user: User): Promise<void> {
  const { organizationId, connectionId, profile } = person;
  await insertLinkRequest(unit, {
    organizationId,
    connectionId,
    userId: user.id,
    issuer: profile.issuer,
    subject: profile.subject,
    email: profile.email,
  });
}
