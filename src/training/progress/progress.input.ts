/** What the queries of open training and of starts take. */
import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { TimeBoundScalar } from "../../platform/graphql/scalars.js";
import type { TimeBound } from "../../platform/time-range.js";
import type { OpenStep } from "./open-training.js";

/** Stands for the enum `OpenTrainingStep` in decorators. */
export const OpenStepEnum: { readonly [Value in OpenStep]: Value } = {
  BEGIN: "BEGIN",
  COMPLETE: "COMPLETE",
  PASS: "PASS",
};

registerEnumType(OpenStepEnum, {
  name: "OpenTrainingStep",
  description: "What somebody has not done of a course or module that is assigned to them.",
  valuesConfig: {
    BEGIN: { description: "Not started, and not completed either; of a module, none of its courses." },
    COMPLETE: { description: "Not completed." },
    PASS: { description: "Not completed with a result that was passed." },
  },
});

@InputType("OpenTrainingFilter", {
  description: "Whose open training to show. What is left out or empty restricts nothing.",
})
export class OpenTrainingFilterInput {
  @Field(() => [ID], {
    nullable: true,
    description: "Only users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only these users." })
  userIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Ids of answers to the organization's filters, as `ResultFilter.answers` takes them.",
  })
  answers?: string[] | null;
}

@InputType("TrainingStartFilter", {
  description: "Which starts to show. What is left out or empty restricts nothing.",
})
export class StartFilterInput {
  @Field(() => TimeBoundScalar, { nullable: true, description: "Only what was started from then on." })
  from?: TimeBound | null;

  @Field(() => TimeBoundScalar, {
    nullable: true,
    description: "Only what was started before then; of a day, until its end.",
  })
  to?: TimeBound | null;

  @Field(() => [ID], { nullable: true, description: "Only of these courses." })
  courseIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only of these users." })
  userIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only of users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: "Only what is not completed, or only what is." })
  open?: boolean | null;
}
