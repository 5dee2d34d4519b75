/** The resolvers of the log, for the composition root. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import type { KnownEventType } from "./event-type.js";
import { EventResolver } from "./event.resolver.js";

/**
 * Every resolver of this room with its instance, for `buildGraphQLSchema`.
 *
 * @param types the event types of all rooms
 */
export function createEventResolvers(
  store: Store,
  types: readonly KnownEventType[],
): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>([[EventResolver, new EventResolver(store, types)]]);
}
