/** Second factors in GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import type { PeopleLoaders } from "../loaders.js";
import { defineUserPayload, type UserPayload } from "../user/status/status.input.js";
import { UserType } from "../user/user.type.js";
import { resetSecondFactors } from "./factor.operations.js";
import { SecondFactorType } from "./factor.type.js";

const ResetSecondFactorsPayload = defineUserPayload("resetSecondFactors", "The account.");

@Resolver(() => UserType)
export class SecondFactorResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @FieldResolver(() => [SecondFactorType], {
    description: "The second factors of the account, the oldest first. Empty for a guest.",
  })
  async secondFactors(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly SecondFactorType[]> {
    return await this.loaders.factorsOfUser(context).load(user.id);
  }

  @FieldResolver(() => Int, {
    description: "The number of recovery codes that the person can still use. 0 for a guest.",
  })
  async recoveryCodesLeft(@Root() user: UserType, @Ctx() context: RequestContext): Promise<number> {
    return (await this.loaders.recoveryCodesOfUser(context).load(user.id)) ?? 0;
  }

  @Mutation(() => ResetSecondFactorsPayload, {
    description:
      "Removes all second factors and recovery codes of an account, because the person has lost them. The person's sessions end, except the caller's own, and a mail tells the person. Needs USERS_WRITE in the account's home organization, and all permissions that the user's roles grant.",
  })
  async resetSecondFactors(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The user." }) id: string,
  ): Promise<UserPayload> {
    return { user: await resetSecondFactors(this.store, caller, id) };
  }
}
