/** The resolvers of the log, for the composition root. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import type { KnownEventType } from "./event-type.js";
import { EventResolver } from "./event.resolver.js";
import type { RecordRetention } from "./retention.js";

/**
 * Every resolver of this module with its instance, for `buildGraphQLSchema`.
 *
 * @param types the event types of all modules
 * @param record writes to the audit log. It is a parameter because modules do not import their siblings.
 */
export function createEventResolvers(
  store: Store,
  types: readonly KnownEventType[],
  record: RecordRetention,
): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>([[EventResolver, new EventResolver(store, types, record)]]);
}
