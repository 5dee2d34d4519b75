/** The types of an organization's figures in the schema. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { TimeBoundScalar } from "../../platform/graphql/scalars.js";
import type { TimeBound } from "../../platform/time-range.js";
import { FiguresType } from "./figures.type.js";
import { MOST_MONTHS, type FiguresBy, type ResultFiguresLine } from "./result-figures.js";

/** Stands for the enum `ResultFiguresBy` in decorators. */
export const FiguresByEnum: { readonly [Value in FiguresBy]: Value } = {
  ALL: "ALL",
  COURSE: "COURSE",
  MONTH: "MONTH",
};

registerEnumType(FiguresByEnum, {
  name: "ResultFiguresBy",
  description: "How the figures are divided into lines.",
  valuesConfig: {
    ALL: {
      description:
        "One line for all results of courses; with `courseIds`, for all results of those courses and modules.",
    },
    COURSE: { description: "One line for each course and module." },
    MONTH: {
      description: `One line for each month with results, in the organization's time zone. Needs \`filter.from\`. At most ${MOST_MONTHS} months.`,
    },
  },
});

@InputType("ResultFiguresFilter", {
  description: "Which results to summarize. A condition that is left out or empty has no effect.",
})
export class ResultFiguresFilterInput {
  @Field(() => TimeBoundScalar, { nullable: true, description: "Only results completed at or after this time." })
  from?: TimeBound | null;

  @Field(() => TimeBoundScalar, {
    nullable: true,
    description: "Only results completed before this time. A day counts to its end.",
  })
  to?: TimeBound | null;

  @Field(() => [ID], { nullable: true, description: "Only results of these courses and modules." })
  courseIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Only results of users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Ids of answers to the organization's filters, as in `ResultFilter.answers`.",
  })
  answers?: string[] | null;
}

@ObjectType("ResultFiguresLine", {
  description:
    "Figures of all results, of one course or of one month. A figure from fewer people than `minimumPeople` is null.",
  simpleResolvers: true,
})
export class ResultFiguresLineType extends FiguresType {
  @Field(() => ID, { nullable: true, description: "The course or module if figures are by COURSE." })
  courseId!: string | null;

  @Field(() => String, { nullable: true, description: "The month, such as `2026-10`, if figures are by MONTH." })
  month!: string | null;
}

@ObjectType("ResultFigures", {
  description: "Averages, pass rates and counts of an organization's results.",
  simpleResolvers: true,
})
export class ResultFiguresType {
  @Field(() => Int, {
    description: "The least number of different people that a figure needs: the policy `groupResultsMinimum`.",
  })
  minimumPeople!: number;

  @Field(() => [ResultFiguresLineType], {
    description: "The lines with results. Months are in order; courses are not.",
  })
  lines!: readonly ResultFiguresLine[];
}
