/** What single look-ups of one request are gathered into. Whoever loads has made sure that the caller may see it. */
import type { Caller, OrganizationScope } from "../access/caller.js";
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import { defineListLoader, defineLoader } from "../platform/graphql/loaders.js";
import { findGroups } from "../people/group/find-groups.js";
import type { Group } from "../people/group/group.js";
import type { Role } from "../people/role/role.js";
import { findRolesOfOrganizations } from "../people/role/role.repository.js";
import { findUsers } from "../people/user/user.repository.js";
import type { User } from "../people/user/user.js";
import type { Identity } from "./identity/identity.js";
import { findIdentitiesOfUsers } from "./identity/identity.repository.js";
import type { Mappings } from "./mapping/mapping.js";
import { findMappingsOf } from "./mapping/mapping.repository.js";
import type { ConnectionHealth } from "./stored/connection-health.repository.js";
import { findHealthOfConnections } from "./stored/connection-health.repository.js";
import type { Connection } from "./stored/connection.js";
import { findConnections, findConnectionsOfOrganizations } from "./stored/connection.repository.js";

/** Declares the loaders of this room over a store. */
export function createConnectionLoaders({ reader }: Store) {
  return {
    /** Connections by id. */
    connection: defineLoader<RequestContext, Connection>(
      async (ids) =>
        new Map((await findConnections(reader, null, ids)).map((connection) => [connection.id, connection])),
    ),
    /** All connections of an organization by its id, the oldest first. */
    connectionsOfOrganization: defineListLoader<RequestContext, Connection>((ids) =>
      findConnectionsOfOrganizations(reader, ids),
    ),
    health: defineLoader<RequestContext, ConnectionHealth>((ids) => findHealthOfConnections(reader, ids)),
    /** All mappings of a connection by its id. */
    mappings: defineLoader<RequestContext, Mappings>((ids) => findMappingsOf(reader, ids)),
    /** What mappings name, by id; roles by their organization's. */
    group: defineLoader<RequestContext, Group>((ids) => findGroups(reader, ids)),
    rolesOfOrganization: defineListLoader<RequestContext, Role>((ids) => findRolesOfOrganizations(reader, ids)),
    /** Users by id. */
    user: defineLoader<RequestContext, User>((ids) => findUsers(reader, ids)),
    /** The identities of a user by id, at connections of the caller's organization. */
    identitiesOfUser: defineListLoader<RequestContext, Identity>((ids, { caller }) =>
      findIdentitiesOfUsers(reader, scopeOf(caller), ids),
    ),
  };
}

function scopeOf(caller: Caller): OrganizationScope {
  return caller.kind === "PERSON" || caller.kind === "API_KEY" ? caller.organizationId : null;
}

export type ConnectionLoaders = ReturnType<typeof createConnectionLoaders>;
