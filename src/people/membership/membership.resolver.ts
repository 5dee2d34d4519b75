/** Members in GraphQL: guests, and the roles of members. */
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
      "The organizations in which the person is a guest, the oldest membership first. Only the home organization sees them, and can end them with `removeMember`. Users other than yourself need USERS_READ.",
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
      "Adds an active person to an organization as a guest. The person signs in as before, by the policies of the home organization, and enters with `switchOrganization`. The organization sees the person's name and address, and the roles, groups and training that it gives. Needs USERS_WRITE in the person's home organization. A guest that the home organization adds takes a seat only when training starts or `setMemberRoles` gives roles. Errors: ALREADY_MEMBER and, to the operator, SEATS_FULL.",
  })
  async addMember(
    @Ctx() context: RequestContext,
    @Arg("input", () => AddMemberInput, { description: "The person and the organization." }) input: AddMemberInput,
  ): Promise<AddMemberPayload> {
    const member = await addMember(this.store, context.caller, input);
    return { member };
  }

  @Mutation(() => RemoveMemberPayload, {
    description:
      "Removes a guest from an organization, with roles, groups and sessions there. A seat that was used in this billing cycle stays taken until the cycle ends. Needs USERS_WRITE in that organization or in the person's home organization; people can also remove themselves. The home organization can remove even the owner and the last administrator. Errors: MEMBER_AT_HOME, OWNER_PROTECTED and LAST_ADMINISTRATOR.",
  })
  async removeMember(
    @Ctx() context: RequestContext,
    @Arg("input", () => RemoveMemberInput, { description: "The person and the organization." })
    input: RemoveMemberInput,
  ): Promise<RemoveMemberPayload> {
    const member = await removeMember(this.store, context.caller, input);
    return { member };
  }

  @Mutation(() => SetMemberRolesPayload, {
    description:
      "Replaces the roles of a member in an organization. Needs USERS_WRITE. Errors: OWNER_PROTECTED and LAST_ADMINISTRATOR.",
  })
  async setMemberRoles(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetMemberRolesInput, { description: "The member and the roles." }) input: SetMemberRolesInput,
  ): Promise<SetMemberRolesPayload> {
    const member = await setMemberRoles(this.store, context.caller, input);
    return { member };
  }
}
