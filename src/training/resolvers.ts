/** The resolvers of training, for the composition root. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";

/** Every resolver of this room with its instance, for `buildGraphQLSchema`. */
export function createTrainingResolvers(_store: Store): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>();
}
