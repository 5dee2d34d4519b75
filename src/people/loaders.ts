/** What single look-ups of one request are gathered into: one query for all users of a page, whatever is asked of them. */
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import { defineListLoader, defineLoader } from "../platform/graphql/loaders.js";
import type { Organization } from "./organization/organization.js";
import { findOrganizations } from "./organization/organization.repository.js";
import type { Role } from "./role/role.js";
import { findRolesOfOrganizations, findRolesOfUsers } from "./role/role.repository.js";

/** A user in an organization, as the loader's key: ids have no spaces. */
export function memberKey(organizationId: string, userId: string): string {
  return `${organizationId} ${userId}`;
}

/** Declares the loaders of this room over a store. */
export function createPeopleLoaders({ reader }: Store) {
  return {
    /** Organizations by id. Whoever loads has made sure that the caller may see them. */
    organization: defineLoader<RequestContext, Organization>(
      async (ids) =>
        new Map((await findOrganizations(reader, ids)).map((organization) => [organization.id, organization])),
    ),
    /** All roles of an organization by its id, the highest first. */
    rolesOfOrganization: defineListLoader<RequestContext, Role>((ids) => findRolesOfOrganizations(reader, ids)),
    /** The roles of a user in an organization by `memberKey`, the highest first. */
    rolesOfMember: defineListLoader<RequestContext, Role>(async (keys) => {
      const usersByOrganization = new Map<string, string[]>();
      for (const key of keys) {
        const [organizationId = "", userId = ""] = key.split(" ");
        const users = usersByOrganization.get(organizationId);
        if (users === undefined) usersByOrganization.set(organizationId, [userId]);
        else users.push(userId);
      }
      const byMember = new Map<string, Role[]>();
      for (const [organizationId, userIds] of usersByOrganization)
        for (const [userId, roles] of await findRolesOfUsers(reader, organizationId, userIds))
          byMember.set(memberKey(organizationId, userId), roles);
      return byMember;
    }),
  };
}

export type PeopleLoaders = ReturnType<typeof createPeopleLoaders>;
