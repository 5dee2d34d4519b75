/** Invitations in GraphQL. `users(filter: { status: [INVITED] })` lists the invited accounts. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import type { PeopleLoaders } from "../loaders.js";
import { defineUserPayload, type UserPayload } from "../user/status/status.input.js";
import { UserType } from "../user/user.type.js";
import {
  InvitationType,
  InviteUserInput,
  InviteUserPayload,
  ResendInvitationInput,
  ResendInvitationPayload,
} from "./invitation.input.js";
import { inviteUser, resendInvitation, revokeInvitation, type Invited } from "./invitation.operations.js";

const RevokeInvitationPayload = defineUserPayload("revokeInvitation", "The account, which is archived.");

@Resolver(() => UserType)
export class InvitationResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
    private readonly clock: Clock,
    private readonly publicUrl: string,
  ) {}

  @FieldResolver(() => InvitationType, {
    nullable: true,
    description: "The invitation that waits for the person; null if the account is not `INVITED`, and for a guest.",
  })
  async invitation(@Root() { id }: UserType, @Ctx() context: RequestContext): Promise<InvitationType | null> {
    const expiresAt = await this.loaders.invitationExpiryOfUser(context).load(id);
    if (expiresAt === null) return null;
    return { id, state: expiresAt > this.clock() ? "OPEN" : "EXPIRED", expiresAt, url: null };
  }

  @Mutation(() => InviteUserPayload, {
    description:
      "Creates an account with the status `INVITED` and mails the person a link by which they accept: they set a password, or sign in through a provider. Needs USERS_WRITE, and all permissions of the given roles. Errors: EMAIL_TAKEN and SEATS_FULL.",
  })
  async inviteUser(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => InviteUserInput, { description: "The person to invite." }) input: InviteUserInput,
  ): Promise<InviteUserPayload> {
    return toPayload(await inviteUser(this.store, this.publicUrl, caller, input));
  }

  @Mutation(() => ResendInvitationPayload, {
    description:
      "Makes new links for an invited account, and mails one to the address that the account has now. Earlier links expire. Needs USERS_WRITE in the account's home organization, and all permissions that the user's roles grant. Errors: USER_NOT_INVITED.",
  })
  async resendInvitation(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => ResendInvitationInput, { description: "The invitation to send again." })
    input: ResendInvitationInput,
  ): Promise<ResendInvitationPayload> {
    return toPayload(await resendInvitation(this.store, this.publicUrl, caller, input));
  }

  @Mutation(() => RevokeInvitationPayload, {
    description:
      "Withdraws an invitation: its links stop working, and the account is archived. To invite the address again, delete the archived account first. An archived account stays as it is. Needs USERS_WRITE in the account's home organization. Errors: USER_NOT_INVITED.",
  })
  async revokeInvitation(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The invited account." }) id: string,
  ): Promise<UserPayload> {
    return { user: await revokeInvitation(this.store, caller, id) };
  }
}

/** An invitation that was just made is open. */
function toPayload({ user, url, expiresAt }: Invited): InviteUserPayload {
  return { invitation: { id: user.id, state: "OPEN", expiresAt, url }, user };
}
