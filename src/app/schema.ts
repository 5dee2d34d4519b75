/** Builds the schema from the resolvers of all modules. */
import type { GraphQLSchema } from "graphql";
import type { Store } from "../access/store.js";
import { recordAudit } from "../audit/record-audit.js";
import { createAuditResolvers } from "../audit/resolvers.js";
import { findRoleMappingUses } from "../connection/mapping/mapping.repository.js";
import { createConnectionNodes } from "../connection/nodes.js";
import { createConnectionResolvers } from "../connection/resolvers.js";
import { createOpenedConnections, type OpenedConnections } from "../connection/opened-connections.js";
import type { ConnectionServices } from "../connection/services.js";
import { requireSso } from "../connection/enforcement/sso-requirement.js";
import { createEventNodes } from "../events/nodes.js";
import { createEventResolvers } from "../events/resolvers.js";
import { createPeopleNodes } from "../people/nodes.js";
import { createPeopleResolvers, type PeopleNeeds } from "../people/resolvers.js";
import type { Catalogue } from "../platform/graphql/failures.js";
import { buildGraphQLSchema, type ResolverClass } from "../platform/graphql/schema.js";
import { findDirectoryRoleUses } from "../provisioning/directory/stored/directory-mappings.operations.js";
import { createDirectoryNodes, createDirectoryResolvers } from "../provisioning/directory/resolvers.js";
import { TestDirectoryResolver } from "../scim/self-test/test-directory.resolver.js";
import { createSignInResolvers } from "../sign-in/resolvers.js";
import { createTrainingNodes } from "../training/nodes.js";
import { createTrainingResolvers } from "../training/resolvers.js";
import { createWebhookNodes } from "../webhooks/nodes.js";
import { createWebhookResolvers } from "../webhooks/resolvers.js";
import type { WebhookServices } from "../webhooks/services.js";
import { explainOutcome } from "./catalogue.js";
import { DELETION_PARTS, DESTINATIONS, EVENT_TYPES, ORGANIZATION_PARTS } from "./module-lists.js";
import { NodeResolver } from "./node.resolver.js";

/**
 * @param returnUrls prefixes of the URLs that sign-in links may lead to
 * @param replaced parts that a test replaces
 * @param opened the connections that sign-ins use, for previews
 */
export function createSchema(
  store: Store,
  services: ConnectionServices,
  webhooks: WebhookServices,
  catalogue: Catalogue,
  returnUrls: readonly string[] = [],
  replaced: Pick<PeopleNeeds, "resolveTxt" | "operators"> = {},
  { open }: OpenedConnections = createOpenedConnections(services),
): GraphQLSchema {
  const container = new Map<ResolverClass, object>([
    ...createPeopleResolvers(store, {
      roles: [findRoleMappingUses, findDirectoryRoleUses],
      organizationParts: ORGANIZATION_PARTS,
      users: DELETION_PARTS,
      clock: services.runtime.clock,
      requireSso,
      publicUrl: services.runtime.publicUrl,
      ...replaced,
    }),
    ...createConnectionResolvers(services),
    ...createDirectoryResolvers(services, explainOutcome(catalogue)),
    [
      TestDirectoryResolver,
      new TestDirectoryResolver({ store, deletion: DELETION_PARTS, publicUrl: services.runtime.publicUrl }),
    ],
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
        ...createDirectoryNodes(store),
        ...createWebhookNodes(store),
        ...createEventNodes(store),
      ]),
    ],
    ...createSignInResolvers(
      {
        ...services,
        open,
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
