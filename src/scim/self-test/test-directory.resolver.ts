/** The test of a provisioning directory in GraphQL. */
import { Arg, Ctx, Field, ID, Mutation, ObjectType, registerEnumType, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import {
  TEST_STEPS,
  testDirectory,
  type SelfTestServices,
  type TestStep,
  type TestStepName,
} from "./test-directory.js";

const StepEnum = Object.fromEntries(Object.keys(TEST_STEPS).map((step) => [step, step]));
registerEnumType(StepEnum, {
  name: "ProvisioningTestStepName",
  description: "A step of a test of a provisioning directory.",
  valuesConfig: Object.fromEntries(
    Object.entries(TEST_STEPS).map(([step, text]) => [step, { description: `${text}.` }]),
  ),
});
const OutcomeEnum = { PASSED: "PASSED", FAILED: "FAILED", SKIPPED: "SKIPPED" };
registerEnumType(OutcomeEnum, {
  name: "ProvisioningTestOutcome",
  description: "What became of a step.",
  valuesConfig: {
    PASSED: { description: "The step works." },
    FAILED: { description: "A provider would get an error." },
    SKIPPED: { description: "Not tried, because an earlier step failed." },
  },
});

@ObjectType("ProvisioningTestStep", {
  description: "One step of a test of a provisioning directory.",
  simpleResolvers: true,
})
class TestStepType {
  @Field(() => StepEnum, { description: "The step." })
  step!: TestStepName;

  @Field(() => OutcomeEnum, { description: "What became of it." })
  outcome!: TestStep["outcome"];

  @Field(() => String, { description: "A sentence for the administrator." })
  message!: string;

  @Field(() => String, { nullable: true, description: "The code of the error; null if there was none." })
  code!: string | null;
}

@ObjectType("TestProvisioningDirectoryPayload", {
  description: "What testProvisioningDirectory answers.",
  simpleResolvers: true,
})
class TestDirectoryPayload {
  @Field(() => [TestStepType], { description: "The steps, in order." })
  steps!: readonly TestStepType[];
}

@Resolver()
export class TestDirectoryResolver {
  constructor(private readonly services: SelfTestServices) {}

  @Mutation(() => TestDirectoryPayload, {
    description:
      "Creates, reads, changes and deletes a user and a group of the directory as a provider would, and takes everything back. No account, event, webhook, mail or seat remains. Other changes of the organization wait meanwhile. Needs CONNECTIONS_WRITE.",
  })
  async testProvisioningDirectory(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The directory." }) id: string,
  ): Promise<TestDirectoryPayload> {
    return { steps: await testDirectory(this.services, caller, id) };
  }
}
