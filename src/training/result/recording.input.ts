/** Inputs and payloads of the mutations that start courses, record results and correct them. */
import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import type { HeldSeat } from "../../people/seat/seat.changes.js";
import type { Result } from "./result.js";
import { ResultType } from "./result.type.js";
import type { Start } from "./start.js";

@InputType({ description: "A user and the course to start." })
export class StartTrainingInput {
  @Field(() => ID, { description: "The organization of the training. The start uses one of its seats." })
  organizationId!: string;

  @Field(() => ID, { description: "The user, who must be an active member of the organization." })
  userId!: string;

  @Field(() => ID, { description: "The course, of the organization or of the catalogue. Not a module." })
  courseId!: string;

  @Field(() => ID, { nullable: true, description: "The module as part of which the user starts the course." })
  moduleId?: string | null;
}

@InputType({ description: "A completion of a course to record." })
export class RecordResultInput {
  @Field(() => ID, { description: "The organization of the training." })
  organizationId!: string;

  @Field(() => ID, {
    description: "The user who completed it: a member of the organization, whatever the account's status.",
  })
  userId!: string;

  @Field(() => ID, {
    description:
      "The course, archived or not. Not a module: Usher records it when the last of its courses is completed.",
  })
  courseId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Your id of the completion, unique in the organization; at most 255 characters. Sending it again with the same content returns the same result, so a request can be repeated safely. Other content answers RESULT_CONFLICT.",
  })
  externalId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The number of the attempt, from 1. One more than the highest if left out.",
  })
  attempt?: number | null;

  @Field(() => Float, { nullable: true, description: "The score, from 0 to the maximum." })
  score?: number | null;

  @Field(() => Float, { nullable: true, description: "The highest possible score, greater than 0." })
  maximum?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The percent needed to pass, from 0 to 100. The course's if left out; null for none.",
  })
  passRate?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether it was passed. If left out, it follows from score, maximum and pass rate, and is null if one of them is missing.",
  })
  passed?: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: "When it was started. If left out, the time of startTraining; null if not known.",
  })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was completed, not in the future. Now if left out." })
  completedAt?: Date | null;
}

@InputType({ description: "Corrections to the result of a course. Fields that are left out stay; null clears them." })
export class CorrectResultInput {
  @Field(() => ID, { description: "The result to correct." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you have read. If it has changed since, the mutation answers VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => Float, { nullable: true, description: "The score, from 0 to the maximum." })
  score?: number | null;

  @Field(() => Float, { nullable: true, description: "The highest possible score, greater than 0." })
  maximum?: number | null;

  @Field(() => Float, { nullable: true, description: "The percent needed to pass, from 0 to 100." })
  passRate?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether it was passed. If left out and the old value follows from score, maximum and pass rate, it is calculated again; if not, it stays.",
  })
  passed?: boolean | null;

  @Field(() => Date, { nullable: true, description: "When it was started." })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was completed. It cannot be cleared." })
  completedAt?: Date | null;

  @Field(() => String, { nullable: true, description: "The reason, shown in `corrections`. At most 1000 characters." })
  reason?: string | null;
}

@ObjectType("TrainingStart", { description: "A user's start of a course.", simpleResolvers: true })
export class StartType implements Start {
  /** For the field `user`; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The start's id." })
  id!: string;

  @Field(() => ID, { description: "The user." })
  userId!: string;

  @Field(() => ID, { description: "The course." })
  courseId!: string;

  @Field(() => ID, {
    nullable: true,
    description: "The module as part of which the user started the course; null for none.",
  })
  moduleId!: string | null;

  @Field(() => Int, { description: "The number of the user's attempt at this course, from 1." })
  attempt!: number;

  @Field(() => Date, { description: "When the user started. Starting an open course again does not change it." })
  startedAt!: Date;

  @Field(() => Date, { nullable: true, description: "When the user completed it; null if not yet." })
  completedAt!: Date | null;
}

@ObjectType("UsedSeat", {
  description: "A seat of the organization's plan that a user holds.",
  simpleResolvers: true,
})
class UsedSeatType {
  @Field(() => Date, { description: "When the user first started training in this billing cycle." })
  usedAt!: Date | null;

  @Field(() => Date, { description: "When the billing cycle ends, and with it the seat." })
  cycleEndsAt!: Date | null;
}

@ObjectType({ description: "What startTraining answers.", simpleResolvers: true })
export class StartTrainingPayload {
  @Field(() => StartType, { description: "The new start, or the open one from before." })
  start!: Start;

  @Field(() => UsedSeatType, {
    nullable: true,
    description: "The seat that the user holds; null if the organization does not count seats.",
  })
  seat!: HeldSeat | null;
}

@ObjectType({ description: "What recordResult answers.", simpleResolvers: true })
export class RecordResultPayload {
  @Field(() => ResultType, { description: "The result." })
  result!: Result;

  @Field(() => Boolean, {
    description: "Whether the result is new. false if its external id was recorded before; nothing was changed then.",
  })
  recorded!: boolean;

  @Field(() => [ResultType], { description: "The results of modules that this completion completed." })
  completedModules!: readonly Result[];
}

@ObjectType({ description: "What correctResult answers.", simpleResolvers: true })
export class CorrectResultPayload {
  @Field(() => ResultType, { description: "The result as it is now." })
  result!: Result;
}
