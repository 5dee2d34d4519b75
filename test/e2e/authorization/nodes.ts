/** Every type that `node` can return, the callers who may see it, and an object of it. */
import type { House } from "./callers.js";
import type { Entry } from "./entry.js";
import * as things from "./things.js";

export interface NodeEntry extends Pick<Entry, "needs" | "or"> {
  /** Creates an object in the home organization and returns its id. */
  readonly make: (house: House) => Promise<string> | string;
}

export const NODES: Readonly<Record<string, NodeEntry>> = {
  Course: { needs: ["TEAM_TRAINING_READ"], or: "TRAINING_READ", make: (house) => things.makeCourse(house) },
  Event: {
    needs: ["EVENTS_READ"],
    make: async (house) => {
      await things.makeUser(house);
      const { events } = await house.usher.ask(
        `query ($id: ID!) { events(organizationId: $id, last: 1) { nodes { id } } }`,
        { id: house.home.organizationId },
      );
      return events.nodes[0].id as string;
    },
  },
  Group: { needs: ["GROUPS_READ"], make: things.makeGroup },
  Organization: { needs: "MEMBERSHIP", make: ({ home }) => home.organizationId },
  ProvisioningDirectory: { needs: ["CONNECTIONS_READ"], make: things.makeDirectory },
  Result: { needs: ["TRAINING_READ"], make: things.makeResult },
  Role: { needs: "MEMBERSHIP", make: things.makeRole },
  SsoConnection: { needs: ["CONNECTIONS_READ"], make: (house) => things.makeConnection(house) },
  User: { needs: ["USERS_READ"], make: things.makeUser },
  WebhookEndpoint: { needs: ["WEBHOOKS_WRITE"], make: things.makeEndpoint },
};
