/** The resolvers of organizations, users, groups, roles and API keys, for the composition root. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { ApiKeyResolver } from "./api-key/api-key.resolver.js";
import { GroupResolver } from "./group/group.resolver.js";
import { UserGroupsResolver } from "./group/user-groups.resolver.js";
import { createPeopleLoaders } from "./loaders.js";
import { OrganizationResolver } from "./organization/organization.resolver.js";
import type { FindRoleUses } from "./role/role-guard.js";
import { RoleResolver } from "./role/role.resolver.js";
import { UserRoleGrantsResolver } from "./role/user-role-grants.resolver.js";
import type { DeletionParts } from "./user/delete-guard.js";
import { UserProfileResolver } from "./user/profile.resolver.js";
import { UserStatusResolver } from "./user/status.resolver.js";
import { UserResolver } from "./user/user.resolver.js";
import { MembershipResolver, ViewerResolver } from "./viewer/viewer.resolver.js";

/**
 * Every resolver of this room with its instance, for `buildGraphQLSchema`.
 *
 * @param guards what speaks against deletions, and what goes with a user, from the rooms above
 */
export function createPeopleResolvers(
  store: Store,
  guards: { readonly roles?: readonly FindRoleUses[]; readonly users?: DeletionParts } = {},
): ReadonlyMap<ResolverClass, object> {
  const loaders = createPeopleLoaders(store);
  return new Map<ResolverClass, object>([
    [OrganizationResolver, new OrganizationResolver(store, loaders)],
    [UserResolver, new UserResolver(store, loaders)],
    [UserProfileResolver, new UserProfileResolver(store, loaders)],
    [UserStatusResolver, new UserStatusResolver(store, guards.users ?? { guards: [], erasers: [] })],
    [GroupResolver, new GroupResolver(store, loaders)],
    [UserGroupsResolver, new UserGroupsResolver(loaders)],
    [RoleResolver, new RoleResolver(store, guards.roles ?? [])],
    [UserRoleGrantsResolver, new UserRoleGrantsResolver(loaders)],
    [ApiKeyResolver, new ApiKeyResolver(store)],
    [ViewerResolver, new ViewerResolver(store)],
    [MembershipResolver, new MembershipResolver(loaders)],
  ]);
}
