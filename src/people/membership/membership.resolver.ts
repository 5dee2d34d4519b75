/** Members beyond their home organization in GraphQL. */
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import {
  AddMemberInput,
  AddMemberPayload,
  RemoveMemberInput,
  RemoveMemberPayload,
  SetMemberRolesInput,
  SetMemberRolesPayload,
} from "./membership.input.js";
import { addMember, removeMember, setMemberRoles } from "./membership.operations.js";

@Resolver()
export class MembersResolver {
  constructor(private readonly store: Store) {}

  @Mutation(() => AddMemberPayload, {
    description:
      "Makes an active person whose home is another organization a member of this one: they sign in as before, by the rules of their home, and enter with `switchOrganization`. They need not agree, and may leave with `removeMember`. Needs USERS_WRITE. Answers ALREADY_MEMBER and SEATS_FULL.",
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
      "Ends a membership that is not the person's home, with its roles, groups and sessions; a seat that was used in this billing cycle is held to its end. Needs USERS_WRITE, or to be the person. Answers MEMBER_AT_HOME, OWNER_PROTECTED and LAST_ADMINISTRATOR.",
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
