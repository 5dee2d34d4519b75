/** Open training and starts in the schema. */
import { Field, ID, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";
import { StartType } from "../result/recording.input.js";

@ObjectType("OpenTraining", {
  description: "That a user has a course or module before them that is assigned to a group of theirs.",
  simpleResolvers: true,
})
export class OpenTrainingType {
  /** In which `user` is shown; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "Who has it before them. `user` shows the account." })
  userId!: string;

  @Field(() => ID, { description: "The course or module." })
  courseId!: string;

  @Field(() => Date, {
    nullable: true,
    description:
      "When they began what they have not completed; of a module, the first of its courses. null where they began nothing.",
  })
  startedAt!: Date | null;
}

export const OpenTrainingPage = definePage(
  "OpenTraining",
  () => OpenTrainingType,
  "Who has not done a step of a course, by last name.",
);

export const StartPage = definePage("TrainingStart", () => StartType, "What people started, the latest first.");
