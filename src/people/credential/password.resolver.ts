/** Passwords in GraphQL. */
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { defineUserPayload, type UserPayload } from "../user/status/status.input.js";
import { SetPasswordInput } from "./password.input.js";
import { setPassword } from "./password.operations.js";

const SetPasswordPayload = defineUserPayload("setPassword", "The account.");

@Resolver()
export class PasswordResolver {
  constructor(private readonly store: Store) {}

  @Mutation(() => SetPasswordPayload, {
    description:
      "Sets the password of an account with `authMethod: PASSWORD`. The person's sessions end, except the caller's own. Needs USERS_WRITE in the account's home organization, and all permissions that the user's roles grant. Errors: PASSWORD_NOT_ALLOWED.",
  })
  async setPassword(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => SetPasswordInput, { description: "The account and its new password." }) input: SetPasswordInput,
  ): Promise<UserPayload> {
    return { user: await setPassword(this.store, caller, input) };
  }
}
