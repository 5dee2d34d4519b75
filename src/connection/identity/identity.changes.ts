/**
 * Changes links. A link leads from a person at a provider to an account. Each function writes its rows, ends the sessions in
 * accounts that the person no longer signs in to, and appends events and audit entries. The organization must be locked already.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { dropUnverifiedCredential } from "../../people/credential/credential.changes.js";
import type { Organization } from "../../people/organization/organization.js";
import { endSessionsThrough } from "../../people/session/end-sessions-through.js";
import { describeAccount } from "../../people/user/user.changes.js";
import { findUsers } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { USER_LINKED, USER_UNMERGED } from "./identity.events.js";
import {
  deleteIdentity,
  findLinks,
  findLinksOfPerson,
  insertIdentity,
  moveIdentity,
  renameIdentity,
  retireIdentity,
} from "./identity.repository.js";
import type { Identity, PersonAtProvider } from "./identity.js";
import { renameLinkRequests } from "./link-request.repository.js";
import type { MergeEnd } from "./meeting-account.js";

/**
 * Links a person at a provider to an account. Creates the person's own link, or changes it so that it leads to this account.
 * If the person also has a merged link, it is retired. If the account's address is not proved, the account's password is removed
 * first. Nothing changes if the own link leads to this account already and there is no merged link.
 *
 * @param person `emailKey` is the address that the provider sent last, if known
 */
export async function linkPerson(
  unit: UnitOfWork,
  organization: Organization,
  person: PersonAtProvider & { readonly emailKey: string | null },
  user: User,
): Promise<Identity> {
  const { connectionId, issuer, subject } = person;
  const { own, merged } = await findLinks(unit, connectionId, issuer, subject);
  if (own?.userId === user.id && merged === null) return own;
  const dropped = await dropUnverifiedCredential(unit, user.id);
  if (merged !== null) await retireIdentity(unit, merged.id);
  const identity =
    own === null
      ? await insertFree(unit, { ...person, userId: user.id })
      : await moveIdentity(unit, own, { userId: user.id });
  const previous = [own, merged].flatMap((link) => (link === null ? [] : [link.userId]));
  const previousUserIds = [...new Set(previous)].filter((userId) => userId !== user.id);
  const endedSessions = await endSessionsThrough(unit, connectionId, previousUserIds);
  await appendLinked(unit, organization, user, { identity, previousUserIds });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "identity.linked",
    subject: { type: "identity", id: identity.id },
    before: { connectionId, issuer, subject, userId: own?.userId ?? null, mergedUserId: merged?.userId ?? null },
    after: { connectionId, issuer, subject, userId: user.id, endedSessions, droppedUnverifiedPassword: dropped },
  });
  return identity;
}

/** The links were read under the organization's lock, so a duplicate is a defect. */
async function insertFree(unit: UnitOfWork, identity: Parameters<typeof insertIdentity>[1]): Promise<Identity> {
  const inserted = await insertIdentity(unit, identity);
  if (inserted === "TAKEN") throw new Error(`an identity of user ${identity.userId} appeared under the lock`);
  return inserted;
}

/**
 * Moves a person's link to a different connection, whose provider knows the person by the same issuer and subject. If
 * the person has an own link there already, that link stays, and the given link is retired.
 */
export async function movePerson(
  unit: UnitOfWork,
  organization: Organization,
  link: Identity,
  to: { readonly connectionId: string; readonly user: User },
): Promise<Identity> {
  const { connectionId, user } = to;
  const there = await findLinks(unit, connectionId, link.issuer, link.subject);
  if (there.own !== null) await retireIdentity(unit, link.id);
  const identity = there.own ?? (await moveIdentity(unit, link, { connectionId }));
  const endedSessions = await endSessionsThrough(unit, link.connectionId, [user.id]);
  const { issuer, subject } = identity;
  await appendLinked(unit, organization, user, { identity, previousUserIds: [] });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "identity.moved",
    subject: { type: "identity", id: link.id },
    before: { connectionId: link.connectionId, issuer, subject, userId: user.id, linkKind: link.linkKind },
    after: { connectionId, issuer, subject, userId: user.id, linkKind: identity.linkKind, endedSessions },
  });
  return identity;
}

/**
 * Moves all links of a person to a different issuer of their connection, under the same subject. Own, merged, hidden and retired
 * links keep their kind. A link that exists under the new issuer replaces the moved one. The person's link requests move, too.
 */
export async function renameIssuer(
  unit: UnitOfWork,
  organization: Organization,
  person: PersonAtProvider,
  issuer: string,
): Promise<void> {
  const { connectionId, subject } = person;
  const links = await findLinksOfPerson(unit, person);
  const { own, merged } = await findLinks(unit, connectionId, issuer, subject);
  const live = links.filter(({ retiredAt }) => retiredAt === null);
  const users = await findUsers(unit, [...new Set(live.map(({ userId }) => userId))]);
  const endedSessions = await endSessionsThrough(unit, connectionId, [...users.keys()]);
  for (const link of links) {
    const there = link.retiredAt !== null ? null : link.linkKind === "OWN" ? own : merged;
    if (there !== null) await retireIdentity(unit, link.id);
    const identity = there ?? (await renameIdentity(unit, link, issuer));
    const user = users.get(link.userId);
    if (link.retiredAt !== null || user === undefined) continue;
    await appendLinked(unit, organization, user, { identity, previousUserIds: [] });
    await recordAudit(unit, {
      organizationId: organization.id,
      action: "identity.moved",
      subject: { type: "identity", id: link.id },
      before: { connectionId, issuer: link.issuer, subject, userId: user.id, linkKind: link.linkKind },
      after: { connectionId, issuer, subject, userId: user.id, linkKind: link.linkKind, endedSessions },
    });
  }
  await renameLinkRequests(unit, person, issuer);
}

/**
 * Ends the merge of a person into an account, and ends their sessions there. Retires the link: it stays as a record
 * that keeps the person from ever being merged again. If the merge ends only because merging now leads people with the
 * address to a different account (the meeting account, see `meeting-account.ts`), the link is deleted instead, so that
 * the person can be merged into this account again.
 */
export async function endMerge(
  unit: UnitOfWork,
  organization: Organization,
  link: Identity,
  reason: "UNDONE" | MergeEnd,
): Promise<void> {
  if (reason === "MEETING_ACCOUNT_CHANGED") await deleteIdentity(unit, link.id);
  else await retireIdentity(unit, link.id);
  const { id, connectionId, userId, issuer, subject } = link;
  const endedSessions = await endSessionsThrough(unit, connectionId, [userId]);
  const user = (await findUsers(unit, [userId])).get(userId);
  // A foreign key keeps a link from outliving its user.
  if (user === undefined) throw new Error(`identity ${id} has no user`);
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_UNMERGED,
    subject: { id: user.id, version: user.version },
    data: { ...(await describeLink(unit, organization, user, link)), reason },
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.unmerged",
    subject: { type: "user", id: userId },
    before: { connectionId, issuer, subject, identityId: id },
    after: { reason, endedSessions },
  });
}

async function appendLinked(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  { identity, previousUserIds }: { readonly identity: Identity; readonly previousUserIds: string[] },
): Promise<void> {
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_LINKED,
    subject: { id: user.id, version: user.version },
    data: { ...(await describeLink(unit, organization, user, identity)), previousUserIds },
  });
}

/** The data that `user.linked` and `user.unmerged` have in common. */
async function describeLink(unit: UnitOfWork, organization: Organization, user: User, identity: Identity) {
  const { id, connectionId, issuer, subject } = identity;
  const { snapshot } = await describeAccount(unit, organization, user);
  return { user: snapshot, changed: null, connectionId, identity: { id, issuer, subject } };
}
