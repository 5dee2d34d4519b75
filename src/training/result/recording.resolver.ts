/** Starting training, recording results and correcting them, in GraphQL. */
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
      "Starts a course for a user, on the seat that the user holds or on a free one, which is then held to the end of the billing cycle. What is started and not completed is the same start again, and takes no second seat. Needs TRAINING_WRITE, but for yourself in the session's organization. Answers TRAINING_NOT_ALLOWED, COURSE_ARCHIVED, COURSE_EXPECTED and SEATS_FULL.",
  })
  async startTraining(
    @Ctx() context: RequestContext,
    @Arg("input", () => StartTrainingInput, { description: "Who is to start what." }) input: StartTrainingInput,
  ): Promise<StartTrainingPayload> {
    return await startTraining(this.store, context.caller, input);
  }

  @Mutation(() => RecordResultPayload, {
    description:
      "Records that a user completed a course, closes the user's start of it, tells `course.completed`, and completes the modules of which it was the last course. Needs TRAINING_WRITE; nobody records results of their own. Answers COURSE_EXPECTED and RESULT_CONFLICT.",
  })
  async recordResult(
    @Ctx() context: RequestContext,
    @Arg("input", () => RecordResultInput, { description: "What was completed by whom." }) input: RecordResultInput,
  ): Promise<RecordResultPayload> {
    return await recordResult(this.store, context.caller, input);
  }

  @Mutation(() => CorrectResultPayload, {
    description:
      "Corrects the result of a course, and keeps what it was, with who changed it and why. The results of modules that are made of it follow. Needs TRAINING_WRITE; nobody corrects results of their own. Answers VERSION_CONFLICT and COURSE_EXPECTED.",
  })
  async correctResult(
    @Ctx() context: RequestContext,
    @Arg("input", () => CorrectResultInput, { description: "What to correct." }) input: CorrectResultInput,
  ): Promise<CorrectResultPayload> {
    return { result: await correctResult(this.store, context.caller, input) };
  }
}
