/** Batches the single reads of one request. The loaders do not check permissions: a resolver does so before it loads. */
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

export function createConnectionLoaders({ reader }: Store) {
  return {
    connection: defineLoader<RequestContext, Connection>(
      async (ids) =>
        new Map((await findConnections(reader, null, ids)).map((connection) => [connection.id, connection])),
    ),
    /** The oldest connection first. */
    connectionsOfOrganization: defineListLoader<RequestContext, Connection>((ids) =>
      findConnectionsOfOrganizations(reader, ids),
    ),
    health: defineLoader<RequestContext, ConnectionHealth>((ids) => findHealthOfConnections(reader, ids)),
    mappings: defineLoader<RequestContext, Mappings>((ids) => findMappingsOf(reader, ids)),
    group: defineLoader<RequestContext, Group>((ids) => findGroups(reader, ids)),
    rolesOfOrganization: defineListLoader<RequestContext, Role>((ids) => findRolesOfOrganizations(reader, ids)),
    user: defineLoader<RequestContext, User>((ids) => findUsers(reader, ids)),
    /** Only the identities at connections of the caller's organization. */
    identitiesOfUser: defineListLoader<RequestContext, Identity>((ids, { caller }) =>
      findIdentitiesOfUsers(reader, scopeOf(caller), ids),
    ),
  };
}

function scopeOf(caller: Caller): OrganizationScope {
  return caller.kind === "PERSON" || caller.kind === "API_KEY" ? caller.organizationId : null;
}

export type ConnectionLoaders = ReturnType<typeof createConnectionLoaders>;
