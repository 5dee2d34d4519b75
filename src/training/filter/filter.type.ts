/** Filters and what users answer, in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Filter, FilterAnswer, UserAnswer } from "./filter.js";

@ObjectType("FilterAnswer", { description: "One answer that can be chosen.", simpleResolvers: true })
export class FilterAnswerType implements FilterAnswer {
  /** What `userCount` asks about; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The answer's id. It stays the same when the text changes." })
  id!: string;

  @Field(() => String, { description: "What people read. Each text is there once, whatever the case." })
  text!: string;
}

@ObjectType("Filter", {
  description: "A question that an organization asks about its people, by whose answers results are filtered.",
  simpleResolvers: true,
})
export class FilterType implements Omit<Filter, "position"> {
  /** What `answers` hands on; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The filter's id. It never changes." })
  id!: string;

  @Field(() => String, { description: "The question. Each is asked once in an organization, whatever the case." })
  question!: string;

  /** Served by a resolver, which hands the organization on. */
  answers!: readonly FilterAnswer[];

  @Field(() => Int, {
    description: "Rises at every change. Send it as `expectedVersion` to change only what you know.",
  })
  version!: number;

  @Field(() => Date, { description: "When the filter was made." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the filter was changed last." })
  updatedAt!: Date;
}

@ObjectType("UserAnswer", { description: "What a user answered to one question.", simpleResolvers: true })
export class UserAnswerType implements UserAnswer {
  @Field(() => ID, { description: "The filter." })
  filterId!: string;

  @Field(() => String, { description: "Its question." })
  question!: string;

  @Field(() => ID, { description: "The chosen answer." })
  answerId!: string;

  @Field(() => String, { description: "Its text." })
  text!: string;
}
