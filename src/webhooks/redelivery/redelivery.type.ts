/** Redeliveries in the schema, and what ordering one takes. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import type { RedeliveryState } from "./redelivery.js";

/** Stands for the enum `WebhookRedeliveryState` in decorators. */
const RedeliveryStateEnum: { readonly [Value in RedeliveryState]: Value } = {
  RUNNING: "RUNNING",
  FINISHED: "FINISHED",
};

registerEnumType(RedeliveryStateEnum, {
  name: "WebhookRedeliveryState",
  description: "Where a redelivery stands.",
  valuesConfig: {
    RUNNING: { description: "Waiting for a worker, or under way; it waits while its endpoint is disabled." },
    FINISHED: { description: "Everything was sent once; what failed is tried again like any delivery." },
  },
});

@ObjectType("WebhookRedelivery", {
  description: "An order to send events to an endpoint once more, with its progress. The events keep their ids.",
  simpleResolvers: true,
})
export class RedeliveryType {
  @Field(() => ID, { description: "The redelivery's id." })
  id!: string;

  @Field(() => ID, { description: "The endpoint that gets the events." })
  endpointId!: string;

  @Field(() => RedeliveryStateEnum, { description: "Where it stands." })
  state!: RedeliveryState;

  @Field(() => Int, { description: "The first sequence that it may include." })
  fromSequence!: number;

  @Field(() => Int, { description: "The last one: what came later had its first attempt after the order." })
  toSequence!: number;

  @Field(() => Int, { description: "How many events it had to send when it was ordered." })
  total!: number;

  @Field(() => Int, { description: "How many of them were sent so far." })
  attempted!: number;

  @Field(() => Int, { description: "How many of those the receiver took at once." })
  succeeded!: number;

  @Field(() => Date, { description: "When it was ordered." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it was finished; null while it runs." })
  finishedAt!: Date | null;
}

@InputType({
  description: "What to send once more: exactly one of `eventIds`, `sinceSequence` and `since`.",
})
export class RedeliverInput {
  @Field(() => ID, { description: "The endpoint that gets the events." })
  endpointId!: string;

  @Field(() => [ID], {
    nullable: true,
    description: "These events, at most 100, whatever their types. Each must have been attempted before.",
  })
  eventIds?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: "Everything from this sequence on, of the endpoint's types; 1 for the whole log.",
  })
  sinceSequence?: number | null;

  @Field(() => Date, { nullable: true, description: "Everything from this moment on, of the endpoint's types." })
  since?: Date | null;
}

@ObjectType({ description: "What redeliver answers.", simpleResolvers: true })
export class RedeliverPayload {
  @Field(() => RedeliveryType, { description: "The redelivery; ask `webhookRedelivery` for its progress." })
  redelivery!: RedeliveryType;
}
