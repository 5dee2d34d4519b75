/** What the query of results takes. */
import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { OrderDirectionEnum, type OrderDirection } from "../../people/order-direction.js";
import { TimeBoundScalar } from "../../platform/graphql/scalars.js";
import type { TimeBound } from "../../platform/time-range.js";
import type { ResultOrder } from "./result.js";

/** Stands for the enum `ResultOrderField` in decorators. */
const ResultOrderFieldEnum: { readonly [Value in ResultOrder]: Value } = { COMPLETED_AT: "COMPLETED_AT" };

registerEnumType(ResultOrderFieldEnum, {
  name: "ResultOrderField",
  description: "What results can be ordered by.",
  valuesConfig: { COMPLETED_AT: { description: "By the time of completion." } },
});

@InputType("ResultOrder", { description: "The order of a list of results." })
export class ResultOrderInput {
  @Field(() => ResultOrderFieldEnum, { description: "What to order by." })
  field!: ResultOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "Which way; ASC when left out." })
  direction?: OrderDirection | null;
}

@InputType("ResultFilter", { description: "Which results to show. What is left out or empty restricts nothing." })
export class ResultFilterInput {
  @Field(() => TimeBoundScalar, { nullable: true, description: "Only what was completed from then on." })
  from?: TimeBound | null;

  @Field(() => TimeBoundScalar, {
    nullable: true,
    description: "Only what was completed before then; of a day, until its end.",
  })
  to?: TimeBound | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only of users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only of these courses and modules." })
  courseIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only of these users." })
  userIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Only what was passed, or only what was not; what nobody can tell of is in neither.",
  })
  passed?: boolean | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Ids of answers to the organization's filters. Only of users who gave one of them to every question that they belong to: of one question any will do, of several all must.",
  })
  answers?: string[] | null;
}
