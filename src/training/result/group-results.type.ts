/** The types of a group's figures in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import { FiguresType } from "./figures.type.js";
import type { GroupCourseResults } from "./group-results.js";

@ObjectType("GroupCourseResults", {
  description:
    "Figures about the results of a group's present members in one course. A figure from fewer people than `minimumPeople` is null.",
  simpleResolvers: true,
})
export class GroupCourseResultsType extends FiguresType {
  /** For the field `course`; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The course or module. `course` shows it." })
  courseId!: string;
}

@ObjectType("GroupResults", {
  description: "Averages, pass rates and counts of the results of a group's present members, course by course.",
  simpleResolvers: true,
})
export class GroupResultsType {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => Int, {
    description: "The least number of different people that a figure needs: the policy `groupResultsMinimum`.",
  })
  minimumPeople!: number;

  @Field(() => Boolean, {
    description: "Whether the group has fewer members than that. If true, there are no figures.",
  })
  withheld!: boolean;

  @Field(() => [GroupCourseResultsType], {
    description: "One line for each course and module with results, by title. Empty if `withheld` is true.",
  })
  courses!: readonly GroupCourseResults[];
}
