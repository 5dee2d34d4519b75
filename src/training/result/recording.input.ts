/** What the mutations that start training, record results and correct them take and answer. */
import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import type { HeldSeat } from "../../people/seat/seat.changes.js";
import type { Result } from "./result.js";
import { ResultType } from "./result.type.js";
import type { Start } from "./start.js";

@InputType({ description: "Who is to start what." })
export class StartTrainingInput {
  @Field(() => ID, { description: "The organization whose training it is, and whose seat it uses." })
  organizationId!: string;

  @Field(() => ID, { description: "Who starts: an active member of the organization." })
  userId!: string;

  @Field(() => ID, { description: "The course, of the organization or of the catalogue; no module." })
  courseId!: string;

  @Field(() => ID, { nullable: true, description: "The module in which the course is started, where it is in one." })
  moduleId?: string | null;
}

@InputType({ description: "That a user completed a course." })
export class RecordResultInput {
  @Field(() => ID, { description: "The organization whose training it is." })
  organizationId!: string;

  @Field(() => ID, { description: "Who completed it: a member of the organization, whatever the account's status." })
  userId!: string;

  @Field(() => ID, { description: "The course, archived or not; no module, which its last course completes." })
  courseId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "What you know the completion by, unique in the organization; at most 255 characters. Sent again with the same content it is the same result, so that a request whose answer was lost can be repeated; with other content it is RESULT_CONFLICT.",
  })
  externalId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The how-manieth completion it is, from 1. One more than the highest when left out.",
  })
  attempt?: number | null;

  @Field(() => Float, { nullable: true, description: "What was scored: from 0, and at most the maximum." })
  score?: number | null;

  @Field(() => Float, { nullable: true, description: "The most that could be scored: greater than 0." })
  maximum?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The percent that had to be reached, from 0 to 100. The course's when left out; null for none.",
  })
  passRate?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether it was passed. When left out, it follows from score, maximum and pass rate, and is null where one of them is missing.",
  })
  passed?: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: "When it was started. When left out, what startTraining noted; null for not known.",
  })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was completed, not in the future. Now when left out." })
  completedAt?: Date | null;
}

@InputType({ description: "What to correct in the result of a course. What is left out stays, null clears." })
export class CorrectResultInput {
  @Field(() => ID, { description: "The result to correct." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The version that you know. The correction is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;

  @Field(() => Float, { nullable: true, description: "What was scored: from 0, and at most the maximum." })
  score?: number | null;

  @Field(() => Float, { nullable: true, description: "The most that could be scored: greater than 0." })
  maximum?: number | null;

  @Field(() => Float, { nullable: true, description: "The percent that had to be reached, from 0 to 100." })
  passRate?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether it was passed. When left out, it follows again from score, maximum and pass rate where it did before, and else stays.",
  })
  passed?: boolean | null;

  @Field(() => Date, { nullable: true, description: "When it was started." })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was completed. It cannot be cleared." })
  completedAt?: Date | null;

  @Field(() => String, { nullable: true, description: "Why, for whoever looks later. At most 1000 characters." })
  reason?: string | null;
}

@ObjectType("TrainingStart", { description: "That a user started a course.", simpleResolvers: true })
export class StartType implements Start {
  /** In which `user` is shown; not in the schema. */
  organizationId!: string;

  @Field(() => ID, { description: "The start's id." })
  id!: string;

  @Field(() => ID, { description: "Who started." })
  userId!: string;

  @Field(() => ID, { description: "What was started." })
  courseId!: string;

  @Field(() => ID, { nullable: true, description: "The module in which the course was started; null for none." })
  moduleId!: string | null;

  @Field(() => Int, { description: "The how-manieth attempt at this course by this user it is, from 1." })
  attempt!: number;

  @Field(() => Date, { description: "When it was started; of what was started before, when that was." })
  startedAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it was completed; null while it is not." })
  completedAt!: Date | null;
}

@ObjectType("UsedSeat", {
  description: "The place in the organization's plan that a user holds for training.",
  simpleResolvers: true,
})
class UsedSeatType {
  @Field(() => Date, { description: "When training was first started on it in this billing cycle." })
  usedAt!: Date | null;

  @Field(() => Date, { description: "When the billing cycle ends, to whose end it is held." })
  cycleEndsAt!: Date | null;
}

@ObjectType({ description: "What startTraining answers.", simpleResolvers: true })
export class StartTrainingPayload {
  @Field(() => StartType, { description: "What was started, now or before." })
  start!: Start;

  @Field(() => UsedSeatType, {
    nullable: true,
    description: "The seat that the user holds for it; null where the organization counts no seats.",
  })
  seat!: HeldSeat | null;
}

@ObjectType({ description: "What recordResult answers.", simpleResolvers: true })
export class RecordResultPayload {
  @Field(() => ResultType, { description: "The result." })
  result!: Result;

  @Field(() => Boolean, {
    description:
      "Whether it is new; false where it was recorded under its external id before, and nothing was changed.",
  })
  recorded!: boolean;

  @Field(() => [ResultType], { description: "The results of modules whose last course this was." })
  completedModules!: readonly Result[];
}

@ObjectType({ description: "What correctResult answers.", simpleResolvers: true })
export class CorrectResultPayload {
  @Field(() => ResultType, { description: "The result as it is now." })
  result!: Result;
}
