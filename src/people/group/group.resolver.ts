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
      "One group of the caller's organization; for the operator, any group. null for an unknown id and for an id of another organization. Needs GROUPS_READ.",
  })
  async group(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The group's id." }) id: string,
  ): Promise<GroupType | null> {
    return await orNull(readGroup(this.store, context.caller, id));
  }

  @Query(() => GroupPage, {
    description: "The groups of an organization, by default in the order of their names. Needs GROUPS_READ.",
  })
  async groups(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose groups to show.") organizationId: string,
    @Arg("filter", () => GroupFilterInput, { nullable: true, description: "Which groups to show." })
    filter: GroupFilterInput | null | undefined,
    @Arg("orderBy", () => GroupOrderInput, { nullable: true, description: "The order." })
    orderBy: GroupOrderInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<GroupType>> {
    return await listGroups(this.store, context.caller, { organizationId, filter, orderBy, page });
  }

  @FieldResolver(() => Int, {
    description: "How many users are in the group, with any status. Needs GROUPS_READ.",
  })
  async memberCount(@Root() group: GroupType, @Ctx() context: RequestContext): Promise<number> {
    requirePermission(context.caller, group.organizationId, "GROUPS_READ");
    return (await this.loaders.memberCountOfGroup(context).load(group.id)) ?? 0;
  }

  @FieldResolver(() => UserPage, {
    description:
      "The users in the group, in the order in which their accounts were created; `users` with the filter `groupIds` has other orders. It costs one database query per group: for many groups, ask `users` for their `groups`. Needs GROUPS_READ and USERS_READ.",
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
      "The group's managers, in the order in which their accounts were created. A manager with TEAM_TRAINING_READ sees the training of the members. Needs GROUPS_READ and USERS_READ.",
  })
  async managers(@Root() group: GroupType, @Ctx() context: RequestContext): Promise<readonly UserType[]> {
    requirePermission(context.caller, group.organizationId, "GROUPS_READ");
    requirePermission(context.caller, group.organizationId, "USERS_READ");
    return await this.loaders.managersOfGroup(context).load(group.id);
  }

  @FieldResolver(() => OrganizationType, { description: "The group's organization." })
  async organization(@Root() group: GroupType, @Ctx() context: RequestContext) {
    return await this.loaders.organization(context).load(group.organizationId);
  }

  @Mutation(() => CreateGroupPayload, {
    description: "Creates a group without members. Needs GROUPS_WRITE. Errors: GROUP_NAME_TAKEN.",
  })
  async createGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateGroupInput, { description: "The group." }) input: CreateGroupInput,
  ): Promise<CreateGroupPayload> {
    return { group: await createGroup(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateGroupPayload, {
    description: "Changes a group. Needs GROUPS_WRITE. Errors: VERSION_CONFLICT and GROUP_NAME_TAKEN.",
  })
  async updateGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateGroupInput, { description: "What to change." }) input: UpdateGroupInput,
  ): Promise<UpdateGroupPayload> {
    return { group: await updateGroup(this.store, context.caller, input) };
  }

  @Mutation(() => DeleteGroupPayload, {
    description:
      "Deletes a group, not its users. A mapping to this group has no effect from then on. Needs GROUPS_WRITE.",
  })
  async deleteGroup(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The group to delete." }) id: string,
  ): Promise<DeleteGroupPayload> {
    return { group: await deleteGroup(this.store, context.caller, id) };
  }

  @Mutation(() => AddUsersToGroupPayload, {
    description:
      "Adds users to a group in one transaction. A member that a mapping added is now also added by hand, and stays when the mapping no longer applies. In `results`, a user who is not a member of the organization is NOT_FOUND; the others are added. Needs GROUPS_WRITE, and TRAINING_READ to add users to a group that you manage yourself.",
  })
  async addUsersToGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => AddUsersToGroupInput, { description: "The users and the group." }) input: AddUsersToGroupInput,
  ): Promise<AddUsersToGroupPayload> {
    return await addUsersToGroup(this.store, context.caller, input);
  }

  @Mutation(() => SetGroupManagersPayload, {
    description:
      "Replaces the managers of a group. Managers need not be members of the group. A manager with TEAM_TRAINING_READ sees the training of the members. Needs GROUPS_WRITE, and TRAINING_READ to add a manager.",
  })
  async setGroupManagers(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetGroupManagersInput, { description: "The managers and the group." })
    input: SetGroupManagersInput,
  ): Promise<SetGroupManagersPayload> {
    return { group: await setGroupManagers(this.store, context.caller, input) };
  }

  @Mutation(() => RemoveUsersFromGroupPayload, {
    description:
      "Removes users from a group in one transaction, also users that a mapping or a directory added. Such users return at the next sign-in that matches the mapping, or when the directory adds them again: to keep them out, change the mapping or the directory. In `results`, a user who is not a member of the organization is NOT_FOUND; the others are removed. Needs GROUPS_WRITE.",
  })
  async removeUsersFromGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => RemoveUsersFromGroupInput, { description: "The users and the group." })
    input: RemoveUsersFromGroupInput,
  ): Promise<RemoveUsersFromGroupPayload> {
    return await removeUsersFromGroup(this.store, context.caller, input);
  }
}
