/** An organization with webhook endpoints, over GraphQL, for tests. */
import { setTimeout as pause } from "node:timers/promises";
import type { WebhookReceiver } from "../support/webhook-receiver/index.js";
import type { TestUsher } from "../support/usher.js";

let slugs = 0;

export interface Tenant {
  readonly organizationId: string;
  readonly usher: Pick<TestUsher, "ask" | "graphql">;
  /** Creates users. Each causes one event. */
  readonly makeUsers: (count: number, prefix?: string) => Promise<void>;
  /** Adds an endpoint for a receiver, which then knows the secret. Returns the endpoint's id. */
  readonly addEndpoint: (receiver: WebhookReceiver, input?: Record<string, unknown>) => Promise<string>;
  // any: the shape is what the query asks for
  readonly endpoint: (id: string) => Promise<any>;
  readonly attempts: (id: string, filter?: Record<string, unknown>) => Promise<any[]>;
  readonly events: () => Promise<
    { readonly id: string; readonly sequence: number; readonly type: string; readonly occurredAt: string }[]
  >;
}

export async function createTenant(usher: Pick<TestUsher, "ask" | "graphql">): Promise<Tenant> {
  slugs += 1;
  const slug = `hooks-${slugs}`;
  const { createOrganization } = await usher.ask(
    `mutation ($slug: String!) { createOrganization(input: { name: "Hooks", slug: $slug }) { organization { id } } }`,
    { slug },
  );
  const organizationId: string = createOrganization.organization.id;
  return {
    organizationId,
    usher,
    makeUsers: async (count, prefix = "user") => {
      for (let number = 1; number <= count; number += 1)
        await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
          input: {
            organizationId,
            email: `${prefix}${number}@${slug}.example`,
            firstName: prefix,
            lastName: String(number),
          },
        });
    },
    addEndpoint: async (receiver, input = {}) => {
      const { createWebhookEndpoint } = await usher.ask(
        `mutation ($input: CreateWebhookEndpointInput!) {
           createWebhookEndpoint(input: $input) { endpoint { id } secret } }`,
        { input: { organizationId, url: receiver.url, ...input } },
      );
      receiver.secrets = [...receiver.secrets, createWebhookEndpoint.secret];
      return createWebhookEndpoint.endpoint.id;
    },
    endpoint: async (id) =>
      (
        await usher.ask(
          `query ($id: ID!) { webhookEndpoint(id: $id) { id url state disabledReason eventTypes version concurrency
             previousSecretEndsAt progress { lastSequence latestSequence pendingRetries consecutiveFailures pausedUntil } } }`,
          { id },
        )
      ).webhookEndpoint,
    attempts: async (id, filter = {}) =>
      (
        await usher.ask(
          `query ($id: ID!, $filter: WebhookAttemptFilter) { webhookDeliveries(endpointId: $id, filter: $filter, first: 200) {
             nodes { eventId sequence eventType kind number succeeded status failure answer startedAt durationMs } } }`,
          { id, filter },
        )
      ).webhookDeliveries.nodes.toReversed(),
    events: async () =>
      (
        await usher.ask(
          `query ($id: ID!) { events(organizationId: $id, first: 200) { nodes { id sequence type occurredAt } } }`,
          {
            id: organizationId,
          },
        )
      ).events.nodes,
  };
}

/** Waits until a condition holds. After the time limit, throws an error that contains `what`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for: ${what}`);
    await pause(25);
  }
}
