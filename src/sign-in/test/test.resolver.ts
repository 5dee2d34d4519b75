/** Test sign-ins and previews in the schema. */
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { JsonScalar } from "../../platform/graphql/scalars.js";
import { SignInPreviewType } from "../attempt/explanation.type.js";
import type { ShowExplanation } from "../attempt/show-explanation.js";
import { previewSignIn, type PreviewServices } from "./preview-sign-in.js";
import { startTestSignIn, type StartedTest } from "./test.operations.js";

@ObjectType("StartTestSignInPayload", { description: "A test sign-in that can be begun.", simpleResolvers: true })
class StartTestSignInPayload {
  @Field(() => String, {
    description: "Open it in a browser, and sign in at the provider. It works for one test, within an hour.",
  })
  startUrl!: string;

  @Field(() => String, { description: "The reference of the attempt, for `signInAttempt` once the test has ended." })
  reference!: string;

  @Field(() => Date, { description: "Until when the test can be begun." })
  expiresAt!: Date;
}

@Resolver()
export class TestSignInResolver {
  constructor(
    private readonly services: PreviewServices,
    private readonly showExplanation: ShowExplanation,
  ) {}

  @Mutation(() => StartTestSignInPayload, {
    description:
      "Makes the address of a test sign-in, also for a draft. The test goes through the real provider. It opens no session and changes nothing but its own attempt. Needs CONNECTIONS_WRITE.",
  })
  async startTestSignIn(
    @Ctx() { caller }: RequestContext,
    @Arg("connectionId", () => ID, { description: "The connection to test." }) connectionId: string,
  ): Promise<StartedTest> {
    return await startTestSignIn(this.services, caller, connectionId);
  }

  @Query(() => SignInPreviewType, {
    complexity: ({ childComplexity }) => COST_OF_PREVIEW + childComplexity,
    description:
      "What a sign-in with these claims would do now. Give claims, or the reference of an attempt whose claims are kept. Changes nothing. Needs CONNECTIONS_WRITE and USERS_READ.",
  })
  async previewSignIn(
    @Ctx() { caller }: RequestContext,
    @Arg("connectionId", () => ID, { description: "The connection." }) connectionId: string,
    @Arg("claims", () => JsonScalar, {
      nullable: true,
      description: "Claims as the provider would send them, by name; for SAML `nameId` and `attributes`.",
    })
    claims: unknown,
    @Arg("reference", () => String, { nullable: true, description: "The reference of an earlier attempt." })
    reference: string | null,
  ): Promise<SignInPreviewType> {
    const {
      organizationId,
      claims: shown,
      ...explanation
    } = await previewSignIn(this.services, caller, {
      connectionId,
      claims,
      reference,
    });
    return { claims: shown, ...(await this.showExplanation(organizationId, explanation)) };
  }
}

/** A preview costs as much as the about twenty queries that it runs. */
const COST_OF_PREVIEW = 50;
