/** The resolvers of webhooks, for the composition root. */
import type { ResolverClass } from "../platform/graphql/schema.js";
import { DeliveryResolver } from "./delivery/delivery.resolver.js";
import { RemovalTimesResolver } from "./delivery/removal-times.resolver.js";
import { EndpointResolver } from "./endpoint/endpoint.resolver.js";
import type { WebhookServices } from "./services.js";

/** Every resolver of this module with its instance, for `buildGraphQLSchema`. */
export function createWebhookResolvers(services: WebhookServices): ReadonlyMap<ResolverClass, object> {
  return new Map<ResolverClass, object>([
    [EndpointResolver, new EndpointResolver(services)],
    [DeliveryResolver, new DeliveryResolver(services)],
    [RemovalTimesResolver, new RemovalTimesResolver(services)],
  ]);
}
