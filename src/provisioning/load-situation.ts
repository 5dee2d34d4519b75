/**
 * Loads a situation in a fixed number of queries. A sign-in loads it in the unit of work that applies the decision, a
 * preview loads it from committed rows.
 */
import {
  isAddressKept,
  loadAddressBook,
  MOST_ACCOUNTS_OF_ADDRESS,
  type AddressBook,
} from "../connection/identity/address-book.js";
import { findIdentitiesByEmail, findLinks, findMergedAmong } from "../connection/identity/identity.repository.js";
import type { Identity } from "../connection/identity/identity.js";
import { findLinkRequestState } from "../connection/identity/link-request.repository.js";
import { NO_MAPPINGS, type Mappings } from "../connection/mapping/mapping.js";
import { findMappingsOf } from "../connection/mapping/mapping.repository.js";
import type { Connection } from "../connection/stored/connection.js";
import { isDomainProved } from "../people/domain/domain.repository.js";
import { findMappedMembershipsOf } from "../people/group/group-member.repository.js";
import { readInstallation } from "../people/installation/installation.js";
import type { Organization } from "../people/organization/organization.js";
import type { OrganizationPolicies } from "../people/organization/policies.js";
import { findRoleGrantsOfUsers, findRolesOf } from "../people/role/role.repository.js";
import { countSeatsInUse, findSeatHolders } from "../people/seat/seat.changes.js";
import { findFieldsOfUsers } from "../people/user/profile/field.repository.js";
import { findPreparedUsers, findUsers } from "../people/user/user.repository.js";
import type { User } from "../people/user/user.js";
import type { Reader } from "../platform/database/database.js";
import { foldCase } from "../platform/text.js";
import type { VerifiedPerson } from "./verified-person.js";
import type { Said } from "./directory/rules/claims.js";
import { findSaid } from "./directory/rules/said.repository.js";
import { findDirectoryMatch } from "./directory/find-directory-match.js";
import type { KnownIdentity } from "./decide-account.js";

import { evaluateMappings, reuseOutcomes, type EvaluatedMappings } from "./mappings/evaluate-rule.js";
import type { CurrentAccess, Situation } from "./situation.js";

/**
 * Evaluates a connection's mappings. Call this function before locking the organization, because it can take long and
 * other sign-ins wait for the lock.
 */
export async function evaluateRules(
  reader: Reader,
  { connectionId, profile }: VerifiedPerson,
): Promise<EvaluatedMappings> {
  return evaluateMappings(await readMappings(reader, connectionId), profile);
}

/**
 * Loads the situation of a sign-in. The caller holds the organization's lock, so that two sign-ins of one person run one
 * after the other. Returns `null` if the mappings changed after `evaluated` was made. Then the caller must evaluate them
 * again.
 */
export async function loadSituation(
  reader: Reader,
  person: VerifiedPerson,
  organization: Organization,
  connection: Connection,
  evaluated: EvaluatedMappings,
): Promise<Situation | null> {
  const mappings = reuseOutcomes(evaluated, await readMappings(reader, connection.id));
  return mappings && (await loadSituationWith(reader, person, organization, connection, mappings));
}

/** Loads a situation for a preview, whose mappings may differ from those of the connection. */
export async function loadSituationWith(
  reader: Reader,
  person: VerifiedPerson,
  organization: Organization,
  connection: Connection,
  mappings: EvaluatedMappings,
): Promise<Situation> {
  const account = await loadAccount(reader, person, connection, organization.policies.fieldPrecedence);
  const roles = await findRolesOf(reader, organization.id);
  const defaultRole = roles.find(({ key }) => key === organization.policies.defaultRole);
  if (defaultRole === undefined) throw new Error(`organization ${organization.id} has no default role`);
  return {
    person,
    installation: await readInstallation(reader),
    organization,
    connection: { active: connection.state === "ACTIVE", policies: connection.policies, mappings },
    account,
    currentAccess: await loadCurrentAccess(reader, organization, connection, account, mappings),
    roles: { ranks: new Map(roles.map(({ id, rank }) => [id, rank])), defaultRoleId: defaultRole.id },
    seats: { totalSeats: organization.totalSeats, seatsInUse: await countSeatsInUse(reader, organization.id) },
  };
}

/** The mappings of a connection as they are stored. */
export async function readMappings(reader: Reader, connectionId: string): Promise<Mappings> {
  return (await findMappingsOf(reader, [connectionId])).get(connectionId) ?? NO_MAPPINGS;
}

async function loadAccount(
  reader: Reader,
  person: VerifiedPerson,
  { policies, issuerChangedAt }: Connection,
  precedence: OrganizationPolicies["fieldPrecedence"],
): Promise<Situation["account"]> {
  const { organizationId, connectionId, profile } = person;
  const links = await findLinks(reader, connectionId, profile.issuer, profile.subject);
  const linked = [links.own, links.merged].filter((link): link is Identity => link !== null);
  const users = await findUsers(
    reader,
    linked.map(({ userId }) => userId),
  );
  const known = (link: Identity | null): KnownIdentity | null => {
    const user = link && users.get(link.userId);
    return link && user ? knownAs(link, user) : null;
  };
  const own = known(links.own);
  const merged = known(links.merged);
  const merges = policies.accountLinking === "MERGE_BY_EMAIL";
  const { email } = profile;
  const nobody = own === null && !(merges && merged !== null);
  // Only a merge moves a person with an account of their own to a different account.
  const mayJoin = email !== null && (policies.accountLinking === "ADMIN_LINK" ? nobody : merges);
  const others = email !== null && (nobody || mayJoin) ? await findOthersWithAddress(reader, person, email) : [];
  const awaited = nobody ? await findAwaited(reader, person, others) : null;
  const book = mayJoin ? await loadAddressBookOf(reader, person, email, precedence) : null;
  const emailKey = email === null ? null : foldCase(email);
  return {
    own,
    ownAddressKept:
      book !== null &&
      links.own !== null &&
      isAddressKept(links.own, emailKey, book.providerAddressOf(links.own.userId)),
    merged,
    unmerged: links.unmerged,
    prepared: nobody ? await findPreparedUsers(reader, organizationId, policies.matchKey, profile) : [],
    candidates:
      book === null || emailKey === null
        ? []
        : book.candidatesFor({ connectionId, ...profile }, emailKey, book.policies),
    awaited,
    domainProved:
      email !== null && (mayJoin || awaited !== null) && (await isDomainProved(reader, organizationId, email)),
    addressOfAnotherSubject: others.length > 0,
    formerIssuer: nobody ? findFormerIssuer(others, profile, issuerChangedAt) : null,
    directory: nobody ? await findDirectoryMatch(reader, person) : { kind: "NONE" },
    linkRequest: nobody ? await findLinkRequestState(reader, connectionId, profile.issuer, profile.subject) : "NONE",
  };
}

async function loadAddressBookOf(
  reader: Reader,
  { organizationId }: VerifiedPerson,
  email: string,
  precedence: OrganizationPolicies["fieldPrecedence"],
): Promise<AddressBook> {
  const addresses = { sql: "= ?", parameters: [foldCase(email)] };
  const accountsOfAddress = MOST_ACCOUNTS_OF_ADDRESS;
  return await loadAddressBook(reader, { organizationId, addresses, precedence, accountsOfAddress });
}

/**
 * The links with the address, without those of the person's own subject. An earlier merge can have given the address to
 * such a link.
 */
async function findOthersWithAddress(
  reader: Reader,
  { connectionId, profile }: VerifiedPerson,
  email: string,
): Promise<readonly Identity[]> {
  return await findIdentitiesByEmail(reader, connectionId, foldCase(email), profile);
}

/** A link of the same subject under a different issuer: the same person, after the provider changed its issuer. */
function findFormerIssuer(
  others: readonly Identity[],
  { subject }: VerifiedPerson["profile"],
  changedAt: Date | null,
): Situation["account"]["formerIssuer"] {
  const link = others.find((other) => other.subject === subject);
  return link === undefined ? null : { issuer: link.issuer, changedAt };
}

/**
 * Finds the link that an administrator moved to this connection. It must be unused, of a different issuer, and the only link
 * with the address. A link of the same issuer belongs to a different person, or to the same person re-created at the
 * provider.
 */
async function findAwaited(
  reader: Reader,
  { profile }: VerifiedPerson,
  [link, another]: readonly Identity[],
): Promise<KnownIdentity | null> {
  if (link === undefined || another !== undefined) return null;
  if (link.linkKind !== "OWN" || link.lastSignedInAt !== null || link.issuer === profile.issuer) return null;
  const user = (await findUsers(reader, [link.userId])).get(link.userId);
  return user === undefined ? null : knownAs(link, user);
}

function knownAs({ id, emailKey, emailVerified }: Identity, user: User): KnownIdentity {
  return { identityId: id, user, emailKey, emailVerified };
}

async function loadCurrentAccess(
  reader: Reader,
  organization: Organization,
  connection: Connection,
  { own, merged, awaited, prepared, candidates, directory }: Situation["account"],
  mappings: EvaluatedMappings,
): Promise<ReadonlyMap<string, CurrentAccess>> {
  const users: User[] = [
    own?.user,
    merged?.user,
    awaited?.user,
    directory.kind === "USER" ? directory.user : null,
    ...prepared,
    ...candidates.map(({ user }) => user),
  ].filter((user): user is User => user != null);
  const ids = [...new Set(users.map(({ id }) => id))];
  const grants = await findRoleGrantsOfUsers(reader, organization.id, ids);
  const memberships = await findMappedMembershipsOf(reader, ids, { connectionId: connection.id });
  const joined = await findMergedAmong(reader, ids);
  const seated = await findSeatHolders(reader, organization.id, ids);
  const fields = await findFieldsOfUsers(reader, null, ids);
  const hasRules = mappings.roles.length > 0 || mappings.groups.length > 0;
  const said = hasRules ? await findSaid(reader, connection.id, ids) : new Map<string, Said>();
  return new Map(
    ids.map((id) => [
      id,
      {
        roles: (grants.get(id) ?? []).map(({ role, source, sourceId, directoryId }) => ({
          roleId: role.id,
          source,
          mappingId: sourceId,
          // Only a directory takes away the roles that it gave.
          isForeign: directoryId !== null,
        })),
        said: said.get(id) ?? null,
        memberships: memberships.get(id) ?? [],
        merged: joined.has(id),
        hasSeat: seated.has(id),
        filled: new Set((fields.get(id) ?? []).filter(({ value }) => value !== "").map(({ field }) => field)),
      },
    ]),
  );
}
