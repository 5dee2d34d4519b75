/** Figures about a group's results in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import { FiguresType } from "./figures.type.js";
import type { GroupCourseResults } from "./group-results.js";

@ObjectType("GroupCourseResults", {
  description:
    "Figures about the results of a group's present members in one course. A figure behind which fewer people stand than `minimumPeople` is null.",
  simpleResolvers: true,
})
export class GroupCourseResultsType extends FiguresType {
  /** In which `course` is shown; not in the schema. */
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
