/** Figures of an organization's results in the schema. */
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
  description: "Into which lines figures are divided.",
  valuesConfig: {
    ALL: { description: "One line for all results of courses; where `courseIds` are named, for all results of those." },
    COURSE: { description: "A line for each course and module." },
    MONTH: {
      description: `A line for each month that has results, in the organization's time zone; needs \`filter.from\`. At most ${MOST_MONTHS} months.`,
    },
  },
});

@InputType("ResultFiguresFilter", {
  description: "Of which results the figures are. What is left out or empty restricts nothing.",
})
export class ResultFiguresFilterInput {
  @Field(() => TimeBoundScalar, { nullable: true, description: "Only what was completed from then on." })
  from?: TimeBound | null;

  @Field(() => TimeBoundScalar, {
    nullable: true,
    description: "Only what was completed before then; of a day, until its end.",
  })
  to?: TimeBound | null;

  @Field(() => [ID], { nullable: true, description: "Only of these courses and modules." })
  courseIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only of users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Ids of answers to the organization's filters, as `ResultFilter.answers` takes them.",
  })
  answers?: string[] | null;
}

@ObjectType("ResultFiguresLine", {
  description:
    "Figures of all results, of one course's or of one month's. A figure behind which fewer people stand than `minimumPeople` is null.",
  simpleResolvers: true,
})
export class ResultFiguresLineType extends FiguresType {
  @Field(() => ID, { nullable: true, description: "The course or module, where figures are by COURSE." })
  courseId!: string | null;

  @Field(() => String, { nullable: true, description: "The month as `2026-10`, where figures are by MONTH." })
  month!: string | null;
}

@ObjectType("ResultFigures", {
  description: "Averages, pass rates and counts of an organization's results.",
  simpleResolvers: true,
})
export class ResultFiguresType {
  @Field(() => Int, {
    description: "How many different people must stand behind a figure: the policy `groupResultsMinimum`.",
  })
  minimumPeople!: number;

  @Field(() => [ResultFiguresLineType], {
    description: "The lines that have results: by time, or in no particular order of courses.",
  })
  lines!: readonly ResultFiguresLine[];
}
