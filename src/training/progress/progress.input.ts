/** Inputs of the queries of open training and of starts. */
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
  description: "The step that a person has not done in an assigned course or module.",
  valuesConfig: {
    BEGIN: { description: "Neither started nor completed; for a module, none of its courses." },
    COMPLETE: { description: "Not completed." },
    PASS: { description: "No result that was passed." },
  },
});

@InputType("OpenTrainingFilter", {
  description: "Whose open training to show. A condition that is left out or empty has no effect.",
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
    description: "Ids of answers to the organization's filters, as in `ResultFilter.answers`.",
  })
  answers?: string[] | null;
}

@InputType("TrainingStartFilter", {
  description: "Which starts to show. A condition that is left out or empty has no effect.",
})
export class StartFilterInput {
  @Field(() => TimeBoundScalar, { nullable: true, description: "Only starts at or after this time." })
  from?: TimeBound | null;

  @Field(() => TimeBoundScalar, {
    nullable: true,
    description: "Only starts before this time. A day counts to its end.",
  })
  to?: TimeBound | null;

  @Field(() => [ID], { nullable: true, description: "Only starts of these courses." })
  courseIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only starts of these users." })
  userIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Only starts of users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: only starts that are not completed. false: only completed ones.",
  })
  open?: boolean | null;
}
