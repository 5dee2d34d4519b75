/** The types of open training and starts in the schema. */
import { Field, ID, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";
import { StartType } from "../result/recording.input.js";

@ObjectType("OpenTraining", {
  description: "A user who has not done a step of an assigned course or module.",
  simpleResolvers: true,
})
export class OpenTrainingType {
  /** For the field `user`; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The user. `user` shows the account." })
  userId!: string;

  @Field(() => ID, { description: "The course or module." })
  courseId!: string;

  @Field(() => Date, {
    nullable: true,
    description:
      "When the user started the course and did not complete it yet; for a module, the first start of its courses. null without an open start.",
  })
  startedAt!: Date | null;
}

export const OpenTrainingPage = definePage(
  "OpenTraining",
  () => OpenTrainingType,
  "Users who have not done a step of a course, by last name.",
);

export const StartPage = definePage("TrainingStart", () => StartType, "Starts of courses, the latest first.");
