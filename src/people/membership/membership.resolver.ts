/** Members beyond their home organization in GraphQL. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { scopeFor } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import type { PeopleLoaders } from "../loaders.js";
import { UserType } from "../user/user.type.js";
import {
  AddMemberInput,
  AddMemberPayload,
  GuestMembershipType,
  RemoveMemberInput,
  RemoveMemberPayload,
  SetMemberRolesInput,
  SetMemberRolesPayload,
} from "./membership.input.js";
import { addMember, removeMember, setMemberRoles } from "./membership.operations.js";

@Resolver(() => UserType)
export class MembersResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @FieldResolver(() => [GuestMembershipType], {
    description:
      "The organizations in which the person is a guest, the oldest membership first; the home organization ends one with `removeMember`. Empty for those organizations themselves. Needs USERS_READ, but for yourself.",
  })
  async guestMemberships(
    @Root() { id }: UserType,
    @Ctx() context: RequestContext,
  ): Promise<readonly GuestMembershipType[]> {
    const { caller } = context;
    if (caller.kind !== "PERSON" || caller.userId !== id) scopeFor(caller, "USERS_READ");
    return await this.loaders.guestMembershipsOfUser(context).load(id);
  }

  @Mutation(() => AddMemberPayload, {
    description:
      "Makes an active person a guest of an organization that is not their home: they sign in as before, by the rules of their home, and enter with `switchOrganization`. The organization sees their name and address, and what it gives them itself. Needs USERS_WRITE in the person's home organization; the organization that is joined cannot do it. Added by the home, they take a seat only when they start training or get roles with `setMemberRoles`. Answers ALREADY_MEMBER and, to the operator, SEATS_FULL.",
  })
  async addMember(
    @Ctx() context: RequestContext,
    @Arg("input", () => AddMemberInput, { description: "Whom to add where." }) input: AddMemberInput,
  ): Promise<AddMemberPayload> {
    const member = await addMember(this.store, context.caller, input);
    return { member };
  }

  @Mutation(() => RemoveMemberPayload, {
    description:
      "Ends a membership that is not the person's home, with its roles, groups and sessions; a seat that was used in this billing cycle is held to its end. Needs USERS_WRITE in that organization or in the person's home, or to be the person; the home ends it even for the owner and the last administrator. Answers MEMBER_AT_HOME, OWNER_PROTECTED and LAST_ADMINISTRATOR.",
  })
  async removeMember(
    @Ctx() context: RequestContext,
    @Arg("input", () => RemoveMemberInput, { description: "Whom to take out of what." }) input: RemoveMemberInput,
  ): Promise<RemoveMemberPayload> {
    const member = await removeMember(this.store, context.caller, input);
    return { member };
  }

  @Mutation(() => SetMemberRolesPayload, {
    description:
      "Gives a member these roles in the organization and takes all others. Needs USERS_WRITE. Answers OWNER_PROTECTED and LAST_ADMINISTRATOR.",
  })
  async setMemberRoles(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetMemberRolesInput, { description: "Which roles for whom." }) input: SetMemberRolesInput,
  ): Promise<SetMemberRolesPayload> {
    const member = await setMemberRoles(this.store, context.caller, input);
    return { member };
  }
}
