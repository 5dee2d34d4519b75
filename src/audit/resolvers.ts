/** The resolvers of the audit log, for the composition root. */
import type { Store } from "../access/store.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { AuditResolver } from "./audit.resolver.js";

/** Every resolver of this module with its instance, for `buildGraphQLSchema`. */
export function createAuditResolvers(store: Store): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>([[AuditResolver, new AuditResolver(store)]]);
}
