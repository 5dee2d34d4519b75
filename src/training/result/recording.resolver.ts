/** The mutations that start courses, record results and correct them. */
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { correctResult } from "./correct.operations.js";
import { recordResult } from "./record.operations.js";
import {
  CorrectResultInput,
  CorrectResultPayload,
  RecordResultInput,
  RecordResultPayload,
  StartTrainingInput,
  StartTrainingPayload,
} from "./recording.input.js";
import { startTraining } from "./start.operations.js";

@Resolver()
export class RecordingResolver {
  constructor(private readonly store: Store) {}

  @Mutation(() => StartTrainingPayload, {
    description:
      "Starts a course for a user. It uses the user's seat, or a free one, which the user then holds to the end of the billing cycle. For a course that is started and not completed, it returns the same start and does not use a second seat. Needs TRAINING_WRITE, except for yourself in the session's organization. Errors: TRAINING_NOT_ALLOWED, COURSE_ARCHIVED, COURSE_EXPECTED and SEATS_FULL.",
  })
  async startTraining(
    @Ctx() context: RequestContext,
    @Arg("input", () => StartTrainingInput, { description: "The user and the course." }) input: StartTrainingInput,
  ): Promise<StartTrainingPayload> {
    return await startTraining(this.store, context.caller, input);
  }

  @Mutation(() => RecordResultPayload, {
    description:
      "Records that a user completed a course and closes the user's start. It also completes modules of which this was the last course. Events: `course.completed` and `module.completed`. Needs TRAINING_WRITE; you cannot record your own results. Errors: COURSE_EXPECTED and RESULT_CONFLICT.",
  })
  async recordResult(
    @Ctx() context: RequestContext,
    @Arg("input", () => RecordResultInput, { description: "The completion." }) input: RecordResultInput,
  ): Promise<RecordResultPayload> {
    return await recordResult(this.store, context.caller, input);
  }

  @Mutation(() => CorrectResultPayload, {
    description:
      "Corrects the result of a course. `corrections` keeps the earlier values, who changed them and why. The results of modules with this course are calculated again. Needs TRAINING_WRITE; you cannot correct your own results. Errors: VERSION_CONFLICT and COURSE_EXPECTED.",
  })
  async correctResult(
    @Ctx() context: RequestContext,
    @Arg("input", () => CorrectResultInput, { description: "The corrections." }) input: CorrectResultInput,
  ): Promise<CorrectResultPayload> {
    return { result: await correctResult(this.store, context.caller, input) };
  }
}
