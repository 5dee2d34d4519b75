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
    DISABLED: {
      description: "No events are delivered. When the endpoint is enabled, delivery continues where it stopped.",
    },
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
    ADMINISTRATOR: { description: "An administrator disabled it." },
    GONE: { description: "The receiver answered 410 Gone." },
    RETRIES_EXHAUSTED: { description: "The last retry of a delivery failed, after about three days." },
  },
});

@ObjectType("WebhookProgress", { description: "How far delivery to an endpoint has come.", simpleResolvers: true })
export class ProgressType implements DeliveryProgress {
  @Field(() => Int, {
    description: "The sequence of the last event that was attempted, or passed over because of its type.",
  })
  lastSequence!: number;

  @Field(() => Int, { description: "The sequence of the last event in the organization's log." })
  latestSequence!: number;

  @Field(() => Int, { description: "How many failed deliveries will be retried." })
  pendingRetries!: number;

  @Field(() => Int, { description: "How many attempts have failed in a row, at any events; 0 after a success." })
  consecutiveFailures!: number;

  @Field(() => Date, {
    nullable: true,
    description: "Until when the receiver asked for a pause, with 429 or 503 and `Retry-After`; null without a pause.",
  })
  pausedUntil!: Date | null;
}

@ObjectType("WebhookEndpoint", {
  implements: NodeType,
  description: "A receiver of the organization's events. Its secret is shown only when it is made.",
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
    description: "The types of the events that it gets; null for all, including those that later versions add.",
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
    description: "Until when the previous secret signs as well; null without one.",
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
    description:
      "Rises with every change. Send it as `expectedVersion` so that you do not overwrite a change that you have not read.",
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
  @Field(() => EndpointType, { description: "The new endpoint. It has answered `endpoint.test`." })
  endpoint!: EndpointType;

  @Field(() => String, { description: "The secret that signs: `whsec_…`. It is not shown again." })
  secret!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "A warning, such as that a second endpoint has the same URL and the receiver gets events twice; null without one.",
  })
  warning!: string | null;
}

@ObjectType({ description: "What rotateWebhookSecret answers.", simpleResolvers: true })
export class RotateWebhookSecretPayload {
  @Field(() => EndpointType, { description: "The endpoint. Both secrets sign until `previousSecretEndsAt`." })
  endpoint!: EndpointType;

  @Field(() => String, { description: "The new secret: `whsec_…`. It is not shown again." })
  secret!: string;
}

@ObjectType({ description: "What updateWebhookEndpoint answers.", simpleResolvers: true })
export class UpdateWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint after the change." })
  endpoint!: EndpointType;

  @Field(() => String, {
    nullable: true,
    description:
      "A warning, such as that a second endpoint has the same URL and the receiver gets events twice; null without one.",
  })
  warning!: string | null;
}

@ObjectType({ description: "What enableWebhookEndpoint answers.", simpleResolvers: true })
export class EnableWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint, enabled." })
  endpoint!: EndpointType;
}

@ObjectType({ description: "What disableWebhookEndpoint answers.", simpleResolvers: true })
export class DisableWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint, disabled." })
  endpoint!: EndpointType;
}

@ObjectType({ description: "What deleteWebhookEndpoint answers.", simpleResolvers: true })
export class DeleteWebhookEndpointPayload {
  @Field(() => ID, { description: "The id of the deleted endpoint." })
  id!: string;
}

@ObjectType({ description: "What testWebhookEndpoint answers.", simpleResolvers: true })
export class TestWebhookEndpointPayload {
  @Field(() => EndpointType, { description: "The endpoint that was tested." })
  endpoint!: EndpointType;

  @Field(() => DeliveryAttemptType, { description: "The attempt and its result." })
  attempt!: DeliveryAttemptType;
}
