/** Figures about a group's results in the schema. */
import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import type { GroupCourseResults } from "./group-results.js";

@ObjectType("GroupCourseResults", {
  description:
    "Figures about the results of a group's present members in one course. A figure behind which fewer people stand than `minimumPeople` is null.",
  simpleResolvers: true,
})
export class GroupCourseResultsType {
  /** In which `course` is shown; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The course or module. `course` shows it." })
  courseId!: string;

  @Field(() => Boolean, {
    description: "Whether so few people completed it that nothing is told; all figures are null then.",
  })
  withheld!: boolean;

  @Field(() => Int, { nullable: true, description: "How many different people completed it." })
  people!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results there are: people may complete it again." })
  results!: number | null;

  @Field(() => Float, { nullable: true, description: "The mean percent of the results that have a score." })
  averagePercent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "How many in a hundred were passed, of the results that were passed or not.",
  })
  passRate!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results were passed." })
  passed!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results were not passed." })
  failed!: number | null;
}

@ObjectType("GroupResults", {
  description: "Averages, pass rates and counts of the results of a group's present members, course by course.",
  simpleResolvers: true,
})
export class GroupResultsType {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => Int, {
    description: "How many different people must stand behind a figure: the policy `groupResultsMinimum`.",
  })
  minimumPeople!: number;

  @Field(() => Boolean, { description: "Whether the group itself has fewer members: nothing is told of it then." })
  withheld!: boolean;

  @Field(() => [GroupCourseResultsType], {
    description:
      "A line for each course and module that somebody completed, by title. Empty where the group is withheld.",
  })
  courses!: readonly GroupCourseResults[];
}
