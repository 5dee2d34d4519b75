/** A list of directories costs the same statements for any number of directories. */
import { expect, it } from "@jest/globals";
import { createConnectionResolvers } from "../../src/connection/resolvers.js";
import { createPeopleResolvers } from "../../src/people/resolvers.js";
import { countQueries } from "../../src/platform/database/query-count.js";
import { PLATFORM_FAILURES } from "../../src/platform/errors/failure.js";
import { assembleCatalogue } from "../../src/platform/graphql/failures.js";
import { buildGraphQLSchema, type ResolverClass } from "../../src/platform/graphql/schema.js";
import {
  createUserResource,
  removeUserResource,
} from "../../src/provisioning/directory/resource/user-resource.operations.js";
import { createDirectoryResolvers } from "../../src/provisioning/directory/resolvers.js";
import { createDirectory } from "../../src/provisioning/directory/stored/directory.operations.js";
import { readUser } from "../../src/scim/resource/read-user.js";
import { RemovalTimesResolver } from "../../src/webhooks/delivery/removal-times.resolver.js";
import type { WebhookServices } from "../../src/webhooks/services.js";
import { askSchema, openHouse, OPERATOR } from "../connection/support/house.js";

it("a list of directories reads counts, activity and times by the same statements, however many there are", async () => {
  const house = await openHouse();
  try {
    const { services, organizationId } = house;
    const container = new Map<ResolverClass, object>([
      ...createPeopleResolvers(services),
      ...createConnectionResolvers(services),
      ...createDirectoryResolvers(services, () => null),
      [RemovalTimesResolver, new RemovalTimesResolver(services as unknown as WebhookServices)],
    ]);
    const errorCodes = assembleCatalogue(PLATFORM_FAILURES);
    const schema = buildGraphQLSchema({ resolvers: [...container.keys()], container, errorCodes });
    const make = async (count: number) => {
      for (let place = 0; place < count; place += 1) {
        const { directory } = await createDirectory(services, OPERATOR, { organizationId });
        const userName = `${directory.id}@acme.test`;
        const { id } = await createUserResource(services, directory, readUser({ userName }));
        await removeUserResource(services, directory, { id, expected: null }, { guards: [], erasers: [] });
      }
    };
    const read = async () => {
      const { result, statements } = await countQueries(() =>
        askSchema(
          schema,
          `query ($id: ID!) { provisioningDirectories(organizationId: $id) { nodes {
             lastRequestAt lastWriteAt counts { activeUsers } removalTimes { count slowestMilliseconds slowestWebhookMilliseconds } } } }`,
          { id: organizationId },
        ),
      );
      expect(result.messages).toEqual([]);
      return { nodes: result.data.provisioningDirectories.nodes, statements };
    };
    await make(1);
    const one = await read();
    await make(4);
    const five = await read();
    expect(five.nodes).toHaveLength(5);
    expect(five.nodes.every((node: { removalTimes: { count: number } }) => node.removalTimes.count === 1)).toBe(true);
    expect(five.statements).toHaveLength(one.statements.length);
  } finally {
    await house.close();
  }
});
