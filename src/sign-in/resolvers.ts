/** The GraphQL resolvers of sign-in. */
import type { ResolverClass } from "../platform/graphql/schema.js";
import { AttemptResolver, type ExplainOutcome } from "./attempt/attempt.resolver.js";
import type { LinkServices } from "./link/link.operations.js";
import { SignInLinkResolver } from "./link/link.resolver.js";

/** Each resolver class with its instance, for `buildGraphQLSchema`. */
export function createSignInResolvers(
  services: LinkServices,
  explain: ExplainOutcome,
): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>([
    [AttemptResolver, new AttemptResolver(services, explain)],
    [SignInLinkResolver, new SignInLinkResolver(services)],
  ]);
}
