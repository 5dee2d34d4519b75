/** The types of results in the schema. */
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
  description: "The values of a result before or after a correction.",
  simpleResolvers: true,
})
class ResultValuesType {
  @Field(() => Float, { nullable: true, description: "The score." })
  score!: number | null;

  @Field(() => Float, { nullable: true, description: "The highest possible score." })
  maximum!: number | null;

  @Field(() => Float, { nullable: true, description: "The score in percent of the maximum." })
  percent!: number | null;

  @Field(() => Float, { nullable: true, description: "The percent needed to pass." })
  passRate!: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether it was passed." })
  passed!: boolean | null;

  @Field(() => Date, { nullable: true, description: "When it was started." })
  startedAt!: Date | null;

  @Field(() => Date, { description: "When it was completed." })
  completedAt!: Date;
}

@ObjectType("ResultCorrection", {
  description: "A change of a result after it was recorded, with the values before and after.",
  simpleResolvers: true,
})
export class ResultCorrectionType {
  @Field(() => ID, { description: "The correction's id." })
  id!: string;

  @Field(() => Int, { description: "The `version` of the result after the change." })
  version!: number;

  @Field(() => ResultValuesType, { description: "The values before the change." })
  before!: ResultValues;

  @Field(() => ResultValuesType, { description: "The values after the change." })
  after!: ResultValues;

  @Field(() => String, { nullable: true, description: "The reason that the caller gave." })
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
  /** For the field `user`; not in the schema. */
  organizationId!: string;
  /** The user and the course if they were read together with the result; not in the schema. */
  knownUser?: Member | null | undefined;
  knownCourse?: Course | undefined;
  /** The courses' results if they were read together with the module's; not in the schema. */
  knownChildren?: readonly Result[] | undefined;
  /** The corrections if they were read together with the result; not in the schema. */
  knownCorrections?: readonly ResultCorrection[] | undefined;

  @Field(() => ID, { description: "The result's id. It never changes." })
  id!: string;

  @Field(() => ID, { description: "The user who completed it. `user` shows the account." })
  userId!: string;

  @Field(() => ID, { description: "The course or module. `course` shows it." })
  courseId!: string;

  @Field(() => CourseKindEnum, { description: "Whether it is the result of a course or of a module." })
  kind!: CourseKind;

  @Field(() => Int, { description: "The number of the user's attempt at this course, from 1." })
  attempt!: number;

  @Field(() => String, { nullable: true, description: "The id that the recording program uses for it." })
  externalId!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: "The score; for a module, the mean of its courses' percents.",
  })
  score!: number | null;

  @Field(() => Float, { nullable: true, description: "The highest possible score." })
  maximum!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The score in percent of the maximum; null without a score.",
  })
  percent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The percent needed to pass; null without a pass rate.",
  })
  passRate!: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether it was passed; null if that is not known." })
  passed!: boolean | null;

  @Field(() => Date, { nullable: true, description: "When it was started; null if that is not known." })
  startedAt!: Date | null;

  @Field(() => Date, { description: "When it was completed." })
  completedAt!: Date;

  @Field(() => Date, { description: "When it was recorded in Usher." })
  recordedAt!: Date;

  @Field(() => Int, {
    description:
      "Rises with every change. Send it as `expectedVersion` to correct the result only if nobody changed it meanwhile.",
  })
  version!: number;
}

export const ResultPage = definePage("Result", () => ResultType, "Results of courses and modules, the latest first.");
