/** The resolvers of filters and of users' answers. */
import type { Store } from "../../access/store.js";
import type { ResolverClass } from "../../platform/graphql/schema.js";
import { FilterAnswerResolver, FilterResolver, UserAnswersResolver } from "./filter.resolver.js";
import { createFilterLoaders } from "./loaders.js";

export function createFilterResolvers(store: Store): ReadonlyMap<ResolverClass, object> {
  const loaders = createFilterLoaders(store);
  return new Map<ResolverClass, object>([
    [FilterResolver, new FilterResolver(store)],
    [FilterAnswerResolver, new FilterAnswerResolver(loaders)],
    [UserAnswersResolver, new UserAnswersResolver(loaders)],
  ]);
}
