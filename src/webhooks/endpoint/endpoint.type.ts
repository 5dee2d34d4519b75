/** Webhook endpoints in the schema. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import { DeliveryAttemptType } from "../delivery/delivery.type.js";
import type { DeliveryProgress, DisabledReason, EndpointState } from "./endpoint.js";

/** Stands for the enum `WebhookEndpointState` in decorators. */
const EndpointStateEnum: { readonly [Value in EndpointState]: Value } = {
  ACTIVE: "ACTIVE",
  DISABLED: "DISABLED",
};

registerEnumType(EndpointStateEnum, {
  name: "WebhookEndpointState",
  description: "Whether events are delivered to an endpoint.",
  valuesConfig: {
    ACTIVE: { description: "Events are delivered." },
    DISABLED: { description: "Nothing is delivered, until it is enabled again and goes on where it stopped." },
  },
});

/** Stands for the enum `WebhookDisabledReason` in decorators. */
const DisabledReasonEnum: { readonly [Value in DisabledReason]: Value } = {
  ADMINISTRATOR: "ADMINISTRATOR",
  GONE: "GONE",
  RETRIES_EXHAUSTED: "RETRIES_EXHAUSTED",
};

registerEnumType(DisabledReasonEnum, {
  name: "WebhookDisabledReason",
  description: "Why an endpoint was disabled.",
  valuesConfig: {
    ADMINISTRATOR: { description: "By hand." },
    GONE: { description: "The receiver answered 410 Gone." },
    RETRIES_EXHAUSTED: { description: "A delivery failed again and again, for about three days." },
  },
});

@ObjectType("WebhookProgress", { description: "How far delivering to an endpoint has come.", simpleResolvers: true })
export class ProgressType implements DeliveryProgress {
  @Field(() => Int, {
    description: "The last event whose first attempt was made, or that the endpoint did not ask for.",
  })
  lastSequence!: number;

  @Field(() => Int, { description: "The last event of the organization's log." })
  latestSequence!: number;

  @Field(() => Int, { description: "Deliveries that failed and will be tried again." })
  pendingRetries!: number;

  @Field(() => Int, { description: "How many attempts have failed in a row, whatever the event; 0 after a success." })
  consecutiveFailures!: number;

  @Field(() => Date, {
    nullable: true,
    description: "Until when the receiver asked for a pause, with 429 or 503 and `Retry-After`; null without one.",
  })
  pausedUntil!: Date | null;
}

@ObjectType("WebhookEndpoint", {
  implements: NodeType,
  description: "A receiver of the organization's events. Its secret is shown when it is made, and never again.",
  simpleResolvers: true,
})
export class EndpointType {
  @Field(() => ID, { description: "The endpoint's id." })
  id!: string;

  @Field(() => ID, { description: "The organization whose events it gets." })
  organizationId!: string;

  @Field(() => String, { description: "Where events are posted." })
  url!: string;

  @Field(() => [String], {
    nullable: true,
    description: "The types that it gets; null for all, also those that later versions add.",
  })
  eventTypes!: readonly string[] | null;

  @Field(() => EndpointStateEnum, { description: "Whether events are delivered." })
  state!: EndpointState;

  @Field(() => DisabledReasonEnum, { nullable: true, description: "Why it was disabled; null while it is active." })
  disabledReason!: DisabledReason | null;

  @Field(() => Date, { nullable: true, description: "When it was disabled; null while it is active." })
  disabledAt!: Date | null;

  @Field(() => Date, { description: "When its secret was set. The secret itself cannot be read." })
  secretSetAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: "Until when the secret before signs as well; null when none was rotated.",
  })
  previousSecretEndsAt!: Date | null;

  @Field(() => Int, {
    description:
      "How many first attempts may be under way at once. With 1, events arrive in sequence; with more, they are sent in sequence and may overtake each other.",
  })
  concurrency!: number;

  @Field(() => Int, { description: "How long the receiver may take for its whole answer, in seconds." })
  timeoutSeconds!: number;

  @Field(() => Int, {
    description: "Counts its changes; `expectedVersion` guards against changing what others changed.",
  })
  version!: number;

  @Field(() => Date, { description: "When it was added." })
  createdAt!: Date;

  @Field(() => Date, { description: "When it was last changed." })
  updatedAt!: Date;
}

export const EndpointPage = definePage(
  "WebhookEndpoint",
  () => EndpointType,
  "Webhook endpoints of one organization, the newest first.",
);

@ObjectType({ description: "What createWebhookEndpoint answers.", simpleResolvers: true })
export class CreateWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The new endpoint, which has answered `endpoint.test`." })
  endpoint!: EndpointType;

  @Field(() => String, { description: "The secret that signs: `whsec_…`. It is shown this once." })
  secret!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "What to look at, such as another endpoint with the same URL, which gets events twice; null for nothing.",
  })
  warning!: string | null;
}

@ObjectType({ description: "What rotateWebhookSecret answers.", simpleResolvers: true })
export class RotateWebhookSecretPayload {
  @Field(() => EndpointType, { description: "The endpoint, signed for by both secrets for a while." })
  endpoint!: EndpointType;

  @Field(() => String, { description: "The new secret: `whsec_…`. It is shown this once." })
  secret!: string;
}

@ObjectType({ description: "What updateWebhookEndpoint answers.", simpleResolvers: true })
export class UpdateWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint after the change." })
  endpoint!: EndpointType;

  @Field(() => String, {
    nullable: true,
    description:
      "What to look at, such as another endpoint with the same URL, which gets events twice; null for nothing.",
  })
  warning!: string | null;
}

@ObjectType({ description: "What enableWebhookEndpoint answers.", simpleResolvers: true })
export class EnableWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint, in force." })
  endpoint!: EndpointType;
}

@ObjectType({ description: "What disableWebhookEndpoint answers.", simpleResolvers: true })
export class DisableWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint, out of force." })
  endpoint!: EndpointType;
}

@ObjectType({ description: "What deleteWebhookEndpoint answers.", simpleResolvers: true })
export class DeleteWebhookEndpointPayload {
  @Field(() => ID, { description: "The id that is gone." })
  id!: string;
}

@ObjectType({ description: "What testWebhookEndpoint answers.", simpleResolvers: true })
export class TestWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint that was tested." })
  endpoint!: EndpointType;

  @Field(() => DeliveryAttemptType, { description: "What came of it." })
  attempt!: DeliveryAttemptType;
}
