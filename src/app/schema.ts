/** The schema of the house: the resolvers of all rooms, wired by hand. */
import type { GraphQLSchema } from "graphql";
import type { Store } from "../access/store.js";
import { recordAudit } from "../audit/record-audit.js";
import { createAuditResolvers } from "../audit/resolvers.js";
import { IDENTITY_EVENTS } from "../connection/identity/identity.events.js";
import { findRoleMappingUses } from "../connection/mapping/role-uses.js";
import { createConnectionNodes } from "../connection/nodes.js";
import { createConnectionResolvers } from "../connection/resolvers.js";
import type { ConnectionServices } from "../connection/services.js";
import { CONNECTION_EVENTS } from "../connection/stored/connection.events.js";
import { createEventNodes } from "../events/nodes.js";
import { createEventResolvers } from "../events/resolvers.js";
import { GROUP_EVENTS } from "../people/group/group.events.js";
import { createPeopleNodes } from "../people/nodes.js";
import { createPeopleResolvers, type PeopleNeeds } from "../people/resolvers.js";
import { SEAT_EVENTS } from "../people/seat/seat.events.js";
import { USER_EVENTS } from "../people/user/user.events.js";
import type { Catalogue } from "../platform/graphql/failures.js";
import { buildGraphQLSchema, type ResolverClass } from "../platform/graphql/schema.js";
import { createSignInResolvers } from "../sign-in/resolvers.js";
import { RESULT_EVENTS } from "../training/result/result.events.js";
import { createTrainingNodes } from "../training/nodes.js";
import { createTrainingResolvers } from "../training/resolvers.js";
import { WEBHOOK_EVENTS } from "../webhooks/endpoint/endpoint.events.js";
import { createWebhookNodes } from "../webhooks/nodes.js";
import { createWebhookResolvers } from "../webhooks/resolvers.js";
import type { WebhookServices } from "../webhooks/services.js";
import { explainOutcome } from "./catalogue.js";
import { DESTINATIONS } from "./destinations.js";
import { ERASERS } from "./erasers.js";
import { NodeResolver } from "./node.resolver.js";
import { ORGANIZATION_PARTS } from "./organization-parts.js";

/** Every event type that this installation tells. */
export const EVENT_TYPES = [
  ...USER_EVENTS,
  ...GROUP_EVENTS,
  ...SEAT_EVENTS,
  ...CONNECTION_EVENTS,
  ...IDENTITY_EVENTS,
  ...RESULT_EVENTS,
  ...WEBHOOK_EVENTS,
];

/**
 * Builds the schema on the operations that its resolvers call.
 *
 * @param returnUrls prefixes of the addresses that sign-in links may lead to
 * @param replaced what a test puts in the machine's place
 */
export function createSchema(
  store: Store,
  services: ConnectionServices,
  webhooks: WebhookServices,
  catalogue: Catalogue,
  returnUrls: readonly string[] = [],
  replaced: Pick<PeopleNeeds, "resolveTxt"> = {},
): GraphQLSchema {
  const container = new Map<ResolverClass, object>([
    ...createPeopleResolvers(store, {
      roles: [findRoleMappingUses],
      organizationParts: ORGANIZATION_PARTS,
      users: { guards: [], erasers: ERASERS },
      ...replaced,
    }),
    ...createConnectionResolvers(services),
    ...createEventResolvers(store, EVENT_TYPES, recordAudit),
    ...createAuditResolvers(store),
    ...createTrainingResolvers(store),
    ...createWebhookResolvers(webhooks),
    [
      NodeResolver,
      new NodeResolver([
        ...createPeopleNodes(store),
        ...createTrainingNodes(store),
        ...createConnectionNodes(store),
        ...createWebhookNodes(store),
        ...createEventNodes(store),
      ]),
    ],
    ...createSignInResolvers(
      {
        ...store,
        returnRules: { publicUrl: services.runtime.publicUrl, prefixes: returnUrls },
        destinations: DESTINATIONS,
      },
      explainOutcome(catalogue),
    ),
  ]);
  return buildGraphQLSchema({
    resolvers: [...container.keys()],
    container,
    errorCodes: catalogue,
  });
}
