/** Results in the schema. */
import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import type { Cause } from "../../access/caller.js";
import { CauseType } from "../../access/cause.type.js";
import type { Member } from "../../people/user/user.js";
import { definePage } from "../../platform/graphql/paging.js";
import { CourseKindEnum } from "../course/course.type.js";
import type { Course, CourseKind } from "../course/course.js";
import type { Result, ResultCorrection, ResultValues } from "./result.js";

@ObjectType("ResultValues", {
  description: "What a result said before or after somebody corrected it.",
  simpleResolvers: true,
})
class ResultValuesType {
  @Field(() => Float, { nullable: true, description: "What was scored." })
  score!: number | null;

  @Field(() => Float, { nullable: true, description: "The most that could be scored." })
  maximum!: number | null;

  @Field(() => Float, { nullable: true, description: "The score in hundredths of the maximum." })
  percent!: number | null;

  @Field(() => Float, { nullable: true, description: "The percent that had to be reached." })
  passRate!: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether it was passed." })
  passed!: boolean | null;

  @Field(() => Date, { nullable: true, description: "When it was started." })
  startedAt!: Date | null;

  @Field(() => Date, { description: "When it was completed." })
  completedAt!: Date;
}

@ObjectType("ResultCorrection", {
  description: "That a result was changed after it was recorded, with what it was before.",
  simpleResolvers: true,
})
export class ResultCorrectionType {
  @Field(() => ID, { description: "Its id." })
  id!: string;

  @Field(() => Int, { description: "The `version` of the result that the change made." })
  version!: number;

  @Field(() => ResultValuesType, { description: "What the result was." })
  before!: ResultValues;

  @Field(() => ResultValuesType, { description: "What it became." })
  after!: ResultValues;

  @Field(() => String, { nullable: true, description: "Why, in the words of whoever changed it." })
  reason!: string | null;

  @Field(() => CauseType, { description: "Who or what changed it." })
  cause!: Cause;

  @Field(() => Date, { description: "When it was changed." })
  correctedAt!: Date;
}

@ObjectType("Result", {
  implements: NodeType,
  description: "One completion of a course, or of a module, by one user.",
  simpleResolvers: true,
})
export class ResultType {
  /** What `user` loads; not in the schema. */
  organizationId!: string;
  /** Who completed it and what, where they were read together with the result; not in the schema. */
  knownUser?: Member | null | undefined;
  knownCourse?: Course | undefined;
  /** The courses' results, where they were read together with the module's; not in the schema. */
  knownChildren?: readonly Result[] | undefined;
  /** The corrections, where they were read together with the result; not in the schema. */
  knownCorrections?: readonly ResultCorrection[] | undefined;

  @Field(() => ID, { description: "The result's id. It never changes." })
  id!: string;

  @Field(() => ID, { description: "Who completed it. `user` shows the account." })
  userId!: string;

  @Field(() => ID, { description: "What was completed. `course` shows it." })
  courseId!: string;

  @Field(() => CourseKindEnum, { description: "Whether a course was completed or a module." })
  kind!: CourseKind;

  @Field(() => Int, { description: "The how-manieth completion of this course by this user it is, from 1." })
  attempt!: number;

  @Field(() => String, { nullable: true, description: "What the program that recorded it knows it by." })
  externalId!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "What was scored; of a module, the mean of its courses' percents.",
  })
  score!: number | null;

  @Field(() => Float, { nullable: true, description: "The most that could be scored." })
  maximum!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The score in hundredths of the maximum; null where there is no score.",
  })
  percent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The percent that had to be reached; null where nothing had to be.",
  })
  passRate!: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether it was passed; null where nobody can tell." })
  passed!: boolean | null;

  @Field(() => Date, { nullable: true, description: "When it was started; null where that is not known." })
  startedAt!: Date | null;

  @Field(() => Date, { description: "When it was completed." })
  completedAt!: Date;

  @Field(() => Date, { description: "When it was recorded here." })
  recordedAt!: Date;

  @Field(() => Int, {
    description: "Rises at every change. Send it as `expectedVersion` to correct only what you know.",
  })
  version!: number;
}

export const ResultPage = definePage("Result", () => ResultType, "Results of courses and modules, the latest first.");
