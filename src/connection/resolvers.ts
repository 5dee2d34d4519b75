/** The resolvers of connections and identities, for the composition root. */
import type { ResolverClass } from "../platform/graphql/schema.js";
import { EnforcementResolver, SsoRequirementResolver } from "./enforcement/enforcement.resolver.js";
import { ClientKeyResolver } from "./graphql/client-key.resolver.js";
import { createConnectionResolver } from "./graphql/connection.resolver.js";
import { IdentityResolver, SessionConnectionResolver, UserIdentitiesResolver } from "./graphql/identity.resolvers.js";
import { AccountLinkingResolver, LinkingResolver, LinkRequestResolver } from "./graphql/linking.resolver.js";
import { ListConnectionsResolver, OrganizationConnectionsResolver } from "./graphql/list-connections.resolver.js";
import { MappingResolver } from "./graphql/mapping.resolver.js";
import { createConnectionLoaders } from "./loaders.js";
import type { ConnectionServices } from "./services.js";

export function createConnectionResolvers(services: ConnectionServices): ReadonlyMap<ResolverClass, object> {
  const loaders = createConnectionLoaders(services);
  const ConnectionResolver = createConnectionResolver(services.registry);
  return new Map<ResolverClass, object>([
    [ConnectionResolver, new ConnectionResolver(services, loaders)],
    [ClientKeyResolver, new ClientKeyResolver(services)],
    [ListConnectionsResolver, new ListConnectionsResolver(services)],
    [MappingResolver, new MappingResolver(services, loaders)],
    [OrganizationConnectionsResolver, new OrganizationConnectionsResolver(loaders)],
    [AccountLinkingResolver, new AccountLinkingResolver(services)],
    [LinkRequestResolver, new LinkRequestResolver(services, loaders)],
    [LinkingResolver, new LinkingResolver(services)],
    [UserIdentitiesResolver, new UserIdentitiesResolver(loaders)],
    [EnforcementResolver, new EnforcementResolver(services)],
    [SsoRequirementResolver, new SsoRequirementResolver(services)],
    [IdentityResolver, new IdentityResolver(loaders)],
    [SessionConnectionResolver, new SessionConnectionResolver(loaders)],
  ]);
}
