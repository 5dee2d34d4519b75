/** The delivery log in the schema. */
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
    FIRST: { description: "The first attempt at an event, in the sequence of the log." },
    RETRY: { description: "A repetition after a failed attempt." },
    REDELIVERY: { description: "Ordered with the mutation redeliver." },
    TEST: {
      description:
        "A test message: before an endpoint was added or got a new address, or ordered with testWebhookEndpoint.",
    },
  },
});

@ObjectType("WebhookAttempt", {
  description: "One attempt to deliver an event to an endpoint. Kept for 30 days.",
  simpleResolvers: true,
})
export class DeliveryAttemptType {
  @Field(() => ID, { description: "The attempt's id." })
  id!: string;

  @Field(() => ID, { description: "The event's id; every attempt sends it as `webhook-id`." })
  eventId!: string;

  @Field(() => Int, { description: "The event's position in the log; 0 for a test message." })
  sequence!: number;

  @Field(() => String, { description: "The event's type." })
  eventType!: string;

  @Field(() => AttemptKindEnum, { description: "Why the attempt was made." })
  kind!: AttemptKind;

  @Field(() => Int, { description: "1 for the first attempt, 2 for its first retry, and so on." })
  number!: number;

  @Field(() => Boolean, { description: "Whether the receiver answered with 2xx." })
  succeeded!: boolean;

  @Field(() => Int, { nullable: true, description: "The HTTP status of the answer; null without an answer." })
  status!: number | null;

  @Field(() => String, { nullable: true, description: "Why it failed, as a sentence; null when it succeeded." })
  failure!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The start of the receiver's answer, at most 1,000 bytes; null without an answer.",
  })
  answer!: string | null;

  @Field(() => Date, { description: "When it was sent." })
  startedAt!: Date;

  @Field(() => Int, { description: "How long it took until the end of the answer, in milliseconds." })
  durationMs!: number;
}

export const DeliveryAttemptPage = definePage(
  "WebhookAttempt",
  () => DeliveryAttemptType,
  "Attempts at one endpoint, the newest first.",
);

@InputType({ description: "Which attempts to show. Fields that are left out do not filter." })
export class WebhookAttemptFilter {
  @Field(() => ID, { nullable: true, description: "Only attempts for this event." })
  eventId?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Only attempts that succeeded, or only those that failed." })
  succeeded?: boolean | null;

  @Field(() => Date, { nullable: true, description: "Only attempts at or after this time." })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: "Only attempts before this time." })
  to?: Date | null;
}
