/** Redeliveries in the schema. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import type { RedeliveryState } from "./redelivery.js";

/** Stands for the enum `WebhookRedeliveryState` in decorators. */
const RedeliveryStateEnum: { readonly [Value in RedeliveryState]: Value } = {
  RUNNING: "RUNNING",
  FINISHED: "FINISHED",
};

registerEnumType(RedeliveryStateEnum, {
  name: "WebhookRedeliveryState",
  description: "The state of a redelivery.",
  valuesConfig: {
    RUNNING: { description: "Waiting, or being sent. It waits while its endpoint is disabled." },
    FINISHED: { description: "Every event was sent once. Failed deliveries are retried like all others." },
  },
});

@ObjectType("WebhookRedelivery", {
  description: "An order to send events to an endpoint again, with its progress. The events keep their ids.",
  simpleResolvers: true,
})
export class RedeliveryType {
  @Field(() => ID, { description: "The redelivery's id." })
  id!: string;

  @Field(() => ID, { description: "The endpoint that gets the events." })
  endpointId!: string;

  @Field(() => RedeliveryStateEnum, { description: "Its state." })
  state!: RedeliveryState;

  @Field(() => Int, { description: "The first sequence that it includes." })
  fromSequence!: number;

  @Field(() => Int, {
    description: "The last sequence that it includes. Later events got their first attempt after the order.",
  })
  toSequence!: number;

  @Field(() => Int, { description: "How many events it was ordered to send." })
  total!: number;

  @Field(() => Int, { description: "How many of them have been sent." })
  attempted!: number;

  @Field(() => Int, { description: "How many of those the receiver accepted without a retry." })
  succeeded!: number;

  @Field(() => Date, { description: "When it was ordered." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it was finished; null while it is running." })
  finishedAt!: Date | null;
}

@InputType({
  description: "What to send again: exactly one of `eventIds`, `sinceSequence` and `since`.",
})
export class RedeliverInput {
  @Field(() => ID, { description: "The endpoint that gets the events." })
  endpointId!: string;

  @Field(() => [ID], {
    nullable: true,
    description:
      "The events with these ids, at most 100, of any type. Each must have been attempted for this endpoint before.",
  })
  eventIds?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: "All events from this sequence on that have the endpoint's types; 1 for the whole log.",
  })
  sinceSequence?: number | null;

  @Field(() => Date, { nullable: true, description: "All events from this time on that have the endpoint's types." })
  since?: Date | null;
}

@ObjectType({ description: "The payload of `redeliver`.", simpleResolvers: true })
export class RedeliverPayload {
  @Field(() => RedeliveryType, { description: "The redelivery; ask `webhookRedelivery` for its progress." })
  redelivery!: RedeliveryType;
}
