/** Test sign-ins and previews in the schema. */
import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { AttributeMappingInput, GroupMappingInput, RoleMappingInput } from "../../connection/graphql/mapping.input.js";
import { ConnectionPoliciesInput } from "../../connection/graphql/policies-types.js";
import type { ConnectionPoliciesChange } from "../../connection/stored/policies.js";
import type { User } from "../../people/user/user.js";
import { UserType } from "../../people/user/user.type.js";
import { JsonScalar } from "../../platform/graphql/scalars.js";
import { SignInPreviewType } from "../attempt/explanation.type.js";
import type { ShowExplanation } from "../attempt/show-explanation.js";
import { MOST_PREVIEWED, previewMappings } from "./preview-mappings.js";
import { previewSignIn, type PreviewServices } from "./preview-sign-in.js";
import { startTestSignIn, type StartedTest } from "./test.operations.js";

/**
 * The query cost of a preview. It evaluates all rules of a connection, which may take half a second, so one request can
 * run only a few previews.
 */
const COST_OF_PREVIEW = 3_000;
const COST_OF_PREVIEWED_PERSON = 500;
const DEFAULT_PREVIEWED = 20;

/**
 * The number of people for the query cost, at least 1 and at most the limit, even if the operation will refuse the
 * number. A negative cost would make up for the cost of other fields.
 */
function countPreviewed(first: number | null | undefined): number {
  return Math.min(Math.max(first ?? DEFAULT_PREVIEWED, 1), MOST_PREVIEWED);
}

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

@InputType({
  description:
    "Mappings and policies that a connection might have. Lists and policies that are left out stay as they are.",
})
class PreviewMappingsInput {
  @Field(() => ID, { description: "The connection." })
  connectionId!: string;

  @Field(() => [AttributeMappingInput], { nullable: true, description: "The attribute mappings that it would have." })
  attributeMappings?: AttributeMappingInput[] | null;

  @Field(() => [RoleMappingInput], { nullable: true, description: "The role mappings that it would have." })
  roleMappings?: RoleMappingInput[] | null;

  @Field(() => [GroupMappingInput], { nullable: true, description: "The group mappings that it would have." })
  groupMappings?: GroupMappingInput[] | null;

  @Field(() => ConnectionPoliciesInput, { nullable: true, description: "The policies that would change." })
  policies?: ConnectionPoliciesChange | null;
}

@ObjectType("PreviewedUser", {
  description: "What a change would do to one person at their next sign-in.",
  simpleResolvers: true,
})
class PreviewedUserType {
  @Field(() => UserType, { nullable: true, description: "The account; null for a person without one." })
  user!: User | null;

  @Field(() => String, { nullable: true, description: "The e-mail address that the provider sent last." })
  email!: string | null;

  @Field(() => [String], { description: "What the person would gain: `role:KEY` and `group:ID`." })
  gains!: readonly string[];

  @Field(() => [String], { description: "What the person would lose: `role:KEY` and `group:ID`." })
  losses!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: "The code of a refusal that the change would cause; null if it causes none.",
  })
  refused!: string | null;

  @Field(() => Boolean, { description: "Whether the person is refused now, and would be let in." })
  admitted!: boolean;
}

@ObjectType("MappingsPreview", {
  description: "What a change of mappings and policies would do. Nothing was changed.",
  simpleResolvers: true,
})
class MappingsPreviewType {
  @Field(() => Int, { description: "How many people's last sign-ins were looked at, the latest first." })
  examined!: number;

  @Field(() => [PreviewedUserType], { description: "The people that the change would affect." })
  users!: readonly PreviewedUserType[];
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

  @Query(() => MappingsPreviewType, {
    complexity: ({ args, childComplexity }) =>
      COST_OF_PREVIEWED_PERSON * countPreviewed((args as { first?: number | null }).first) + childComplexity,
    description:
      "What a change of mappings and policies would do to the people who signed in last. Changes nothing. Needs CONNECTIONS_WRITE and USERS_READ.",
  })
  async previewMappings(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => PreviewMappingsInput, { description: "The change." }) input: PreviewMappingsInput,
    @Arg("first", () => Int, {
      nullable: true,
      description: `How many people's last sign-ins to look at, at most ${MOST_PREVIEWED}; ${DEFAULT_PREVIEWED} when left out.`,
    })
    first: number | null,
  ): Promise<MappingsPreviewType> {
    return await previewMappings(this.services, caller, input, first ?? DEFAULT_PREVIEWED);
  }
}
