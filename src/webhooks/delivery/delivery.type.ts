/** The log of deliveries in the schema. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";
import type { AttemptKind } from "./attempt.js";

/** Stands for the enum `WebhookAttemptKind` in decorators. */
const AttemptKindEnum: { readonly [Value in AttemptKind]: Value } = {
  FIRST: "FIRST",
  RETRY: "RETRY",
  REDELIVERY: "REDELIVERY",
  TEST: "TEST",
};

registerEnumType(AttemptKindEnum, {
  name: "WebhookAttemptKind",
  description: "Why an attempt was made.",
  valuesConfig: {
    FIRST: { description: "The event's first attempt, in the log's sequence." },
    RETRY: { description: "An attempt before it failed." },
    REDELIVERY: { description: "Somebody ordered it, with redeliver." },
    TEST: { description: "A test message, before an endpoint was added or moved, or by testWebhookEndpoint." },
  },
});

@ObjectType("WebhookAttempt", {
  description: "One attempt to deliver an event to an endpoint. Kept for 30 days.",
  simpleResolvers: true,
})
export class DeliveryAttemptType {
  @Field(() => ID, { description: "The attempt's own id." })
  id!: string;

  @Field(() => ID, { description: "The event's id, which is the `webhook-id` of every attempt." })
  eventId!: string;

  @Field(() => Int, { description: "The event's place in the log; 0 for a test message." })
  sequence!: number;

  @Field(() => String, { description: "The event's type." })
  eventType!: string;

  @Field(() => AttemptKindEnum, { description: "Why the attempt was made." })
  kind!: AttemptKind;

  @Field(() => Int, { description: "1 for the first attempt, 2 for its first retry, and so on." })
  number!: number;

  @Field(() => Boolean, { description: "Whether the receiver answered with 2xx." })
  succeeded!: boolean;

  @Field(() => Int, { nullable: true, description: "The status of the answer; null when none came." })
  status!: number | null;

  @Field(() => String, { nullable: true, description: "Why it failed, as a sentence; null when it did not." })
  failure!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The start of the answer, at most 1,000 bytes; null when none came. Written by the receiver.",
  })
  answer!: string | null;

  @Field(() => Date, { description: "When it was sent." })
  startedAt!: Date;

  @Field(() => Int, { description: "How long it took to the end of the answer, in milliseconds." })
  durationMs!: number;
}

export const DeliveryAttemptPage = definePage(
  "WebhookAttempt",
  () => DeliveryAttemptType,
  "Attempts at one endpoint, the newest first.",
);

@InputType({ description: "Which attempts to show. What is left out restricts nothing." })
export class WebhookAttemptFilter {
  @Field(() => ID, { nullable: true, description: "Only attempts for this event." })
  eventId?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Only attempts that succeeded, or only those that failed." })
  succeeded?: boolean | null;

  @Field(() => Date, { nullable: true, description: "Not before this moment." })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: "Before this moment." })
  to?: Date | null;
}
