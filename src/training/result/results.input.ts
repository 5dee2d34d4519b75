/** Inputs of the query of results. */
import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { OrderDirectionEnum, type OrderDirection } from "../../people/order-direction.js";
import { TimeBoundScalar } from "../../platform/graphql/scalars.js";
import type { TimeBound } from "../../platform/time-range.js";
import type { ResultOrder } from "./result.js";

/** Stands for the enum `ResultOrderField` in decorators. */
const ResultOrderFieldEnum: { readonly [Value in ResultOrder]: Value } = { COMPLETED_AT: "COMPLETED_AT" };

registerEnumType(ResultOrderFieldEnum, {
  name: "ResultOrderField",
  description: "The fields that results can be ordered by.",
  valuesConfig: { COMPLETED_AT: { description: "By the time of completion." } },
});

@InputType("ResultOrder", { description: "The order of a list of results." })
export class ResultOrderInput {
  @Field(() => ResultOrderFieldEnum, { description: "The field to order by." })
  field!: ResultOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "The direction; ASC if left out." })
  direction?: OrderDirection | null;
}

@InputType("ResultFilter", {
  description: "Which results to show. A condition that is left out or empty has no effect.",
})
export class ResultFilterInput {
  @Field(() => TimeBoundScalar, { nullable: true, description: "Only results completed at or after this time." })
  from?: TimeBound | null;

  @Field(() => TimeBoundScalar, {
    nullable: true,
    description: "Only results completed before this time. A day counts to its end.",
  })
  to?: TimeBound | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Only results of users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only results of these courses and modules." })
  courseIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only results of these users." })
  userIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: only passed results. false: only failed results. Results whose `passed` is null match neither.",
  })
  passed?: boolean | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Ids of answers to the organization's filters. Only results of users who gave one of these answers to each question that the answers belong to.",
  })
  answers?: string[] | null;
}
