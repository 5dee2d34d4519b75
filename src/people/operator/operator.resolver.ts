/** Operators in GraphQL. */
import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { inviteOperator, listOperators, removeOperator, type OperatorServices } from "./operator.operations.js";
import {
  InviteOperatorInput,
  InviteOperatorPayload,
  OperatorPage,
  OperatorType,
  RemoveOperatorPayload,
} from "./operator.type.js";

@Resolver()
export class OperatorResolver {
  constructor(private readonly services: OperatorServices) {}

  @Query(() => OperatorPage, { description: "The operators of the installation, the oldest first. For the operator." })
  async operators(
    @Ctx() { caller }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<OperatorType>> {
    return await listOperators(this.services, caller, page);
  }

  @Mutation(() => InviteOperatorPayload, {
    description:
      "Invites a person to run the installation: a one-time link, which they also get by mail, lets them set a password. Then they add a second factor. Inviting an operator again makes a new link, which asks for their second factor unless it resets the factors. For the operator.",
  })
  async inviteOperator(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => InviteOperatorInput, { description: "Whom to invite." }) input: InviteOperatorInput,
  ): Promise<InviteOperatorPayload> {
    return await inviteOperator(this.services, caller, input);
  }

  @Mutation(() => RemoveOperatorPayload, {
    description:
      "Removes an operator, and ends their sessions and links at once. For the operator. Errors: LAST_OPERATOR for the last one who can sign in, unless USHER_OPERATOR_KEY is set.",
  })
  async removeOperator(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The operator." }) id: string,
  ): Promise<RemoveOperatorPayload> {
    return { operator: await removeOperator(this.services, caller, id) };
  }
}
