/** The GraphQL of this room: which resolvers there are, and their instances. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { AttemptResolver, type ExplainOutcome } from "./attempt/attempt.resolver.js";

/** Every resolver of this room with its instance, for `buildGraphQLSchema`. */
export function createSignInResolvers(store: Store, explain: ExplainOutcome): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>([[AttemptResolver, new AttemptResolver(store, explain)]]);
}
