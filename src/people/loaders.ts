/** The loaders of people. Each reads one kind of data for all users of a page in one query. */
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import { defineListLoader, defineLoader } from "../platform/graphql/loaders.js";
import { findCredentials, type Credential } from "./credential/credential.repository.js";
import type { SecondFactor } from "./factor/factor.js";
import { countRecoveryCodes, findFactorsOf } from "./factor/factor.repository.js";
import { findInvitationExpiries } from "./credential/one-time-token.repository.js";
import type { Domain } from "./domain/domain.js";
import { findDomainsOfOrganizations } from "./domain/domain.repository.js";
import { countMembersOfGroups } from "./group/group-member.repository.js";
import { findManagedGroups, findManagersOfGroups } from "./group/group-manager.repository.js";
import type { Group } from "./group/group.js";
import { findGroupsOfUsers } from "./group/group.repository.js";
import {
  findGuestMembershipsOfUsers,
  findMembers,
  type GuestMembership,
  type MemberId,
} from "./membership/membership.repository.js";
import type { Organization } from "./organization/organization.js";
import { findOrganizations } from "./organization/organization.repository.js";
import type { Role } from "./role/role.js";
import {
  findRoleGrantsOfUsers,
  findRolesOfOrganizations,
  findRolesOfUsers,
  type RoleGrant,
} from "./role/role.repository.js";
import type { FieldValue } from "./user/profile/field.js";
import { findFieldsOfUsers } from "./user/profile/field.repository.js";
import { accountScopeOf } from "./user/user.access.js";
import { findManagersOfUsers } from "./user/user.repository.js";
import type { Member, User } from "./user/user.js";

/** The key of a user in an organization. Ids have no spaces, so a space separates them. */
export function memberKey(organizationId: string, userId: string): string {
  return `${organizationId} ${userId}`;
}

/** The user and the organization of a `memberKey`. */
export function readMemberKey(key: string): MemberId {
  const [organizationId = "", userId = ""] = key.split(" ");
  return { organizationId, userId };
}

/**
 * Turns a function that reads values of several users in several organizations into a batch function by `memberKey`. One
 * query reads the values for all keys.
 */
export function byMember<Value>(
  find: (
    organizationIds: readonly string[],
    userIds: readonly string[],
  ) => Promise<ReadonlyMap<string, readonly Value[]>>,
  organizationOf: (value: Value) => string,
): (keys: readonly string[]) => Promise<ReadonlyMap<string, readonly Value[]>> {
  return async (keys) => {
    const members = keys.map(readMemberKey);
    const organizationIds = [...new Set(members.map(({ organizationId }) => organizationId))];
    const found = await find(organizationIds, [...new Set(members.map(({ userId }) => userId))]);
    return new Map(
      members.map(({ organizationId, userId }) => [
        memberKey(organizationId, userId),
        (found.get(userId) ?? []).filter((value) => organizationOf(value) === organizationId),
      ]),
    );
  };
}

const ofOrganization = ({ organizationId }: { readonly organizationId: string }) => organizationId;

/** Declares the loaders over a store. */
export function createPeopleLoaders({ reader }: Store) {
  return {
    /** Organizations by id. The resolver checks that the caller may see them. */
    organization: defineLoader<RequestContext, Organization>(
      async (ids) =>
        new Map((await findOrganizations(reader, ids)).map((organization) => [organization.id, organization])),
    ),
    /** The e-mail domains of an organization by its id, in the order of their names. */
    domainsOfOrganization: defineListLoader<RequestContext, Domain>((ids) => findDomainsOfOrganizations(reader, ids)),
    /** A user in an organization by `memberKey`; `null` for a non-member. */
    member: defineLoader<RequestContext, Member>(async (keys, { caller }) => {
      const members = await findMembers(reader, caller, keys.map(readMemberKey));
      return new Map(members.map((member) => [memberKey(member.organizationId, member.id), member]));
    }),
    /** The guest memberships of a user by the user's id. Empty if the caller sees only a part of the account. */
    guestMembershipsOfUser: defineListLoader<RequestContext, GuestMembership>((ids, { caller }) =>
      findGuestMembershipsOfUsers(reader, accountScopeOf(caller), ids),
    ),
    /** All roles of an organization by its id, the highest first. */
    rolesOfOrganization: defineListLoader<RequestContext, Role>((ids) => findRolesOfOrganizations(reader, ids)),
    /** The roles of a user in an organization by `memberKey`, the highest first. */
    rolesOfMember: defineListLoader<RequestContext, Role>(
      byMember((...of) => findRolesOfUsers(reader, ...of), ofOrganization),
    ),
    /** The sources of a user's roles in an organization by `memberKey`, the highest role first. */
    roleGrantsOfMember: defineListLoader<RequestContext, RoleGrant>(
      byMember(
        (...of) => findRoleGrantsOfUsers(reader, ...of),
        ({ role }) => role.organizationId,
      ),
    ),
    /** The groups of a user in an organization by `memberKey`, by name. */
    groupsOfMember: defineListLoader<RequestContext, Group>(
      byMember((...of) => findGroupsOfUsers(reader, ...of), ofOrganization),
    ),
    /** The groups that a user manages in an organization by `memberKey`, by name. */
    managedGroupsOfMember: defineListLoader<RequestContext, Group>(
      byMember((...of) => findManagedGroups(reader, ...of), ofOrganization),
    ),
    /** The managers of a group by its id. */
    managersOfGroup: defineListLoader<RequestContext, Member>((ids, { caller }) =>
      findManagersOfGroups(reader, caller, ids),
    ),
    /** The values of every source for a user's fields by the user's id. Empty if the caller sees only a part of the account. */
    fieldsOfUser: defineListLoader<RequestContext, FieldValue>((ids, { caller }) =>
      findFieldsOfUsers(reader, accountScopeOf(caller), ids),
    ),
    /** The second factors of a user by the user's id, the oldest first. Empty if the caller sees only a part of the account. */
    factorsOfUser: defineListLoader<RequestContext, SecondFactor>((ids, { caller }) =>
      findFactorsOf(reader, accountScopeOf(caller), ids),
    ),
    /** The number of a user's unused recovery codes by the user's id. `null` for none. */
    recoveryCodesOfUser: defineLoader<RequestContext, number>((ids, { caller }) =>
      countRecoveryCodes(reader, accountScopeOf(caller), ids),
    ),
    /** The password of a user by the user's id, as a hash. `null` if the caller sees only a part of the account. */
    credentialOfUser: defineLoader<RequestContext, Credential>((ids, { caller }) =>
      findCredentials(reader, accountScopeOf(caller), ids),
    ),
    /** When a user's invitation expires, by the user's id. `null` if the account is not invited, or if the caller sees only a part of it. */
    invitationExpiryOfUser: defineLoader<RequestContext, Date>((ids, { caller }) =>
      findInvitationExpiries(reader, accountScopeOf(caller), ids),
    ),
    /** The linked manager of a user by the user's id. `null` if the caller sees only a part of the account. */
    managerOfUser: defineLoader<RequestContext, User>((ids, { caller }) =>
      findManagersOfUsers(reader, accountScopeOf(caller), ids),
    ),
    /** The number of a group's members by its id; `null` for a group without members. */
    memberCountOfGroup: defineLoader<RequestContext, number>((ids) => countMembersOfGroups(reader, ids)),
  };
}

export type PeopleLoaders = ReturnType<typeof createPeopleLoaders>;
