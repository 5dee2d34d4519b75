/** The types of filters and of users' answers in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Filter, FilterAnswer, UserAnswer } from "./filter.js";

@ObjectType("FilterAnswer", { description: "One answer to choose from.", simpleResolvers: true })
export class FilterAnswerType implements FilterAnswer {
  /** For the field `userCount`; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The answer's id. It stays the same when the text changes." })
  id!: string;

  @Field(() => String, { description: "The text. Unique in the filter, ignoring case." })
  text!: string;
}

@ObjectType("Filter", {
  description: "A question that an organization asks about its people. Results can be filtered by the answers.",
  simpleResolvers: true,
})
export class FilterType implements Omit<Filter, "position"> {
  /** For the answers' field `userCount`; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The filter's id. It never changes." })
  id!: string;

  @Field(() => String, { description: "The question. Unique in the organization, ignoring case." })
  question!: string;

  /** A resolver serves this field and adds `organizationId`. */
  answers!: readonly FilterAnswer[];

  @Field(() => Int, {
    description:
      "Rises with every change. Send it as `expectedVersion` to change the filter only if nobody changed it meanwhile.",
  })
  version!: number;

  @Field(() => Date, { description: "When the filter was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When the filter was last changed." })
  updatedAt!: Date;
}

@ObjectType("UserAnswer", { description: "A user's answer to one question.", simpleResolvers: true })
export class UserAnswerType implements UserAnswer {
  @Field(() => ID, { description: "The filter." })
  filterId!: string;

  @Field(() => String, { description: "The filter's question." })
  question!: string;

  @Field(() => ID, { description: "The answer." })
  answerId!: string;

  @Field(() => String, { description: "The answer's text." })
  text!: string;
}
