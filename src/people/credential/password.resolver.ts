/** Passwords in GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import type { PeopleLoaders } from "../loaders.js";
import { defineUserPayload, type UserPayload } from "../user/status/status.input.js";
import { UserType } from "../user/user.type.js";
import { isLocked } from "./lock.changes.js";
import { SetPasswordInput } from "./password.input.js";
import { removePassword, setPassword, unlockUser } from "./password.operations.js";

const SetPasswordPayload = defineUserPayload("setPassword", "The account.");
const RemovePasswordPayload = defineUserPayload("removePassword", "The account as it is now.");
const UnlockUserPayload = defineUserPayload("unlockUser", "The account as it is now.");

@Resolver(() => UserType)
export class PasswordResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
    private readonly clock: Clock,
    private readonly publicUrl: string,
  ) {}

  @FieldResolver(() => Date, {
    nullable: true,
    description: "When the password was set; null for an account without a password, and for a guest.",
  })
  async passwordSetAt(@Root() user: UserType, @Ctx() context: RequestContext): Promise<Date | null> {
    return (await this.loaders.credentialOfUser(context).load(user.id))?.setAt ?? null;
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description:
      "Until when nobody can sign in to the account by password, because of wrong passwords; null if the account is not locked, and for a guest.",
  })
  async lockedUntil(@Root() user: UserType, @Ctx() context: RequestContext): Promise<Date | null> {
    const credential = await this.loaders.credentialOfUser(context).load(user.id);
    return credential !== null && isLocked(credential, this.clock()) ? credential.lockedUntil : null;
  }

  @Mutation(() => SetPasswordPayload, {
    description:
      "Sets the password of an account with `authMethod: PASSWORD` or, under the policy `passwordForSsoUsers: ALLOW`, of any account; without a password, mails the person a link to set it. A new password ends a lock and the person's sessions, except the caller's own. Needs USERS_WRITE in the account's home organization, and all permissions that the user's roles grant. Errors: PASSWORD_NOT_ALLOWED and EMAIL_TAKEN.",
  })
  async setPassword(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => SetPasswordInput, { description: "The account and its new password." }) input: SetPasswordInput,
  ): Promise<UserPayload> {
    return { user: await setPassword(this.store, this.publicUrl, caller, input) };
  }

  @Mutation(() => RemovePasswordPayload, {
    description:
      "Removes the password of an account, and revokes links to set one. The person's sessions end, except the caller's own. An account without a password stays as it is. Needs USERS_WRITE in the account's home organization, and all permissions that the user's roles grant.",
  })
  async removePassword(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The user." }) id: string,
  ): Promise<UserPayload> {
    return { user: await removePassword(this.store, caller, id) };
  }

  @Mutation(() => UnlockUserPayload, {
    description:
      "Ends the lock that wrong passwords have put on an account. An account that is not locked stays as it is. Needs USERS_WRITE in the account's home organization.",
  })
  async unlockUser(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The user." }) id: string,
  ): Promise<UserPayload> {
    return { user: await unlockUser(this.store, caller, id) };
  }
}
