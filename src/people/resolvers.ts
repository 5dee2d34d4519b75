/** The resolvers of organizations, users and API keys, for the composition root. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { ApiKeyResolver } from "./api-key/api-key.resolver.js";
import { createPeopleLoaders } from "./loaders.js";
import { OrganizationResolver } from "./organization/organization.resolver.js";
import { UserResolver } from "./user/user.resolver.js";
import { MembershipResolver, ViewerResolver } from "./viewer/viewer.resolver.js";

/** Every resolver of this room with its instance, for `buildGraphQLSchema`. */
export function createPeopleResolvers(store: Store): ReadonlyMap<ResolverClass, object> {
  const loaders = createPeopleLoaders(store);
  return new Map<ResolverClass, object>([
    [OrganizationResolver, new OrganizationResolver(store, loaders)],
    [UserResolver, new UserResolver(store, loaders)],
    [ApiKeyResolver, new ApiKeyResolver(store)],
    [ViewerResolver, new ViewerResolver(store)],
    [MembershipResolver, new MembershipResolver(loaders)],
  ]);
}
