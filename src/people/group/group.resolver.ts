/** Groups in GraphQL. */
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { orNull } from "../../platform/errors/or-null.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import type { PeopleLoaders } from "../loaders.js";
import { OrganizationType } from "../organization/organization.type.js";
import { listUsers } from "../user/list/list-users.js";
import { lookAheadAtUsers } from "../user/list/look-ahead-at-users.js";
import { UserPage, UserType } from "../user/user.type.js";
import { setGroupManagers } from "./group-managers.operations.js";
import { addUsersToGroup, removeUsersFromGroup } from "./group-members.operations.js";
import {
  AddUsersToGroupInput,
  AddUsersToGroupPayload,
  CreateGroupInput,
  CreateGroupPayload,
  DeleteGroupPayload,
  GroupFilterInput,
  GroupOrderInput,
  RemoveUsersFromGroupInput,
  RemoveUsersFromGroupPayload,
  SetGroupManagersInput,
  SetGroupManagersPayload,
  UpdateGroupInput,
  UpdateGroupPayload,
} from "./group.input.js";
import { createGroup, deleteGroup, readGroup, updateGroup } from "./group.operations.js";
import { GroupPage, GroupType } from "./group.type.js";
import { listGroups } from "./list-groups.js";

@Resolver(() => GroupType)
export class GroupResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @Query(() => GroupType, {
    nullable: true,
    description:
      "One group of the caller's organization; for the operator any. null for an id that is unknown or another organization's. Needs GROUPS_READ.",
  })
  async group(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The group's id." }) id: string,
  ): Promise<GroupType | null> {
    return await orNull(readGroup(this.store, context.caller, id));
  }

  @Query(() => GroupPage, {
    description: "The groups of an organization, by name unless `orderBy` says otherwise. Needs GROUPS_READ.",
  })
  async groups(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose groups to show.") organizationId: string,
    @Arg("filter", () => GroupFilterInput, { nullable: true, description: "Which groups to show." })
    filter: GroupFilterInput | null | undefined,
    @Arg("orderBy", () => GroupOrderInput, { nullable: true, description: "In which order." })
    orderBy: GroupOrderInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<GroupType>> {
    return await listGroups(this.store, context.caller, { organizationId, filter, orderBy, page });
  }

  @FieldResolver(() => Int, {
    description: "How many users are in the group, whatever their status. Needs GROUPS_READ.",
  })
  async memberCount(@Root() group: GroupType, @Ctx() context: RequestContext): Promise<number> {
    requirePermission(context.caller, group.organizationId, "GROUPS_READ");
    return (await this.loaders.memberCountOfGroup(context).load(group.id)) ?? 0;
  }

  @FieldResolver(() => UserPage, {
    description:
      "The users in the group, in the order in which their accounts were made; `users` with the filter `groupIds` has other orders. One query for each group: for many groups, ask `users` for `groups`. Needs GROUPS_READ and USERS_READ.",
  })
  async members(
    @Root() group: GroupType,
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page<UserType>> {
    const { id, organizationId } = group;
    const filter = { groupIds: [id] };
    return await listUsers(this.store, context.caller, { organizationId, filter, page, ...lookAheadAtUsers(info) });
  }

  @FieldResolver(() => [UserType], {
    description:
      "Who manages the group, in the order in which their accounts were made: whoever of them has TEAM_TRAINING_READ sees the training of its members. Needs GROUPS_READ and USERS_READ.",
  })
  async managers(@Root() group: GroupType, @Ctx() context: RequestContext): Promise<readonly UserType[]> {
    requirePermission(context.caller, group.organizationId, "GROUPS_READ");
    requirePermission(context.caller, group.organizationId, "USERS_READ");
    return await this.loaders.managersOfGroup(context).load(group.id);
  }

  @FieldResolver(() => OrganizationType, { description: "The organization whose users it gathers." })
  async organization(@Root() group: GroupType, @Ctx() context: RequestContext) {
    return await this.loaders.organization(context).load(group.organizationId);
  }

  @Mutation(() => CreateGroupPayload, {
    description: "Makes a group without members. Needs GROUPS_WRITE. Answers GROUP_NAME_TAKEN.",
  })
  async createGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateGroupInput, { description: "What to make." }) input: CreateGroupInput,
  ): Promise<CreateGroupPayload> {
    return { group: await createGroup(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateGroupPayload, {
    description: "Changes a group. Needs GROUPS_WRITE. Answers VERSION_CONFLICT and GROUP_NAME_TAKEN.",
  })
  async updateGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateGroupInput, { description: "What to change." }) input: UpdateGroupInput,
  ): Promise<UpdateGroupPayload> {
    return { group: await updateGroup(this.store, context.caller, input) };
  }

  @Mutation(() => DeleteGroupPayload, {
    description:
      "Deletes a group; its users stay. A mapping that names it gives nothing from then on. Needs GROUPS_WRITE.",
  })
  async deleteGroup(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The group to delete." }) id: string,
  ): Promise<DeleteGroupPayload> {
    return { group: await deleteGroup(this.store, context.caller, id) };
  }

  @Mutation(() => AddUsersToGroupPayload, {
    description:
      "Puts users into a group, all at once. Who is in it already stays, now also by hand: what a mapping gave can then go without taking the user out. Look at `results`: a user who is no member of the organization is NOT_FOUND there, and the others are carried out. Needs GROUPS_WRITE, and TRAINING_READ to put somebody into a group that you manage yourself.",
  })
  async addUsersToGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => AddUsersToGroupInput, { description: "Whom to put where." }) input: AddUsersToGroupInput,
  ): Promise<AddUsersToGroupPayload> {
    return await addUsersToGroup(this.store, context.caller, input);
  }

  @Mutation(() => SetGroupManagersPayload, {
    description:
      "Makes these users the managers of a group, and nobody else; managers need not be in it. Whoever of them has TEAM_TRAINING_READ sees the training of its members. Needs GROUPS_WRITE, and TRAINING_READ to make somebody a manager.",
  })
  async setGroupManagers(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetGroupManagersInput, { description: "Who manages what." }) input: SetGroupManagersInput,
  ): Promise<SetGroupManagersPayload> {
    return { group: await setGroupManagers(this.store, context.caller, input) };
  }

  @Mutation(() => RemoveUsersFromGroupPayload, {
    description:
      "Takes users out of a group, all at once, whatever put them there. What a mapping gave comes back at the next sign-in that matches it, and what a directory gave when the directory gives it again: to keep somebody out, change it there. Look at `results`: a user who is no member of the organization is NOT_FOUND there, and the others are carried out. Needs GROUPS_WRITE.",
  })
  async removeUsersFromGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => RemoveUsersFromGroupInput, { description: "Whom to take out of what." })
    input: RemoveUsersFromGroupInput,
  ): Promise<RemoveUsersFromGroupPayload> {
    return await removeUsersFromGroup(this.store, context.caller, input);
  }
}
