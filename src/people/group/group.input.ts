/** Inputs and payloads of the queries and mutations of groups. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { ErrorCode } from "../../platform/graphql/error-codes.js";
import { OrderDirectionEnum, type OrderDirection } from "../order-direction.js";
import { MOST_MANAGERS } from "./group-managers.operations.js";
import { MOST_USERS_AT_ONCE, type GroupMemberResult } from "./group-members.operations.js";
import type { GroupOrder } from "./group.js";
import { GroupOrderFieldEnum, GroupType } from "./group.type.js";

@InputType("GroupFilter", { description: "Which groups to show. A condition that is left out or empty has no effect." })
export class GroupFilterInput {
  @Field(() => String, {
    nullable: true,
    description: "Each word must occur somewhere in the name. Case, accents and apostrophes do not matter.",
  })
  search?: string | null;
}

@InputType("GroupOrder", { description: "The order of a list of groups." })
export class GroupOrderInput {
  @Field(() => GroupOrderFieldEnum, { description: "The field to order by." })
  field!: GroupOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "The direction; ASC if left out." })
  direction?: OrderDirection | null;
}

@InputType({ description: "The group to create." })
export class CreateGroupInput {
  @Field(() => ID, { description: "The group's organization. It never changes." })
  organizationId!: string;

  @Field(() => String, {
    description: "The name, at most 200 characters. Unique in the organization; case does not matter.",
  })
  name!: string;

  @Field(() => String, { nullable: true, description: "What the group is for. At most 1000 characters." })
  description?: string | null;
}

@InputType({ description: "Changes to a group. Fields that are left out stay." })
export class UpdateGroupInput {
  @Field(() => ID, { description: "The group to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The version that you have read. If it has changed since, the mutation fails with VERSION_CONFLICT. Adding or removing a member changes it too.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The name. Unique in the organization." })
  name?: string | null;

  @Field(() => String, { nullable: true, description: "What the group is for. null clears it." })
  description?: string | null;
}

const USER_IDS = `At most ${MOST_USERS_AT_ONCE}; for more, send several requests.`;

@InputType({ description: "Users to add to a group." })
export class AddUsersToGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: `Members of the group's organization. ${USER_IDS}` })
  userIds!: string[];
}

@InputType({ description: "Users to remove from a group." })
export class RemoveUsersFromGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: `Members of the group's organization. ${USER_IDS}` })
  userIds!: string[];
}

@InputType({ description: "The managers that a group is to have." })
export class SetGroupManagersInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], {
    description: `All managers from now on: at most ${MOST_MANAGERS} members of the group's organization. An empty list removes all managers.`,
  })
  userIds!: string[];
}

@ObjectType("GroupMemberResult", {
  description: "The outcome for one user of a change of a group's members.",
  simpleResolvers: true,
})
class GroupMemberResultType implements GroupMemberResult {
  @Field(() => ID, { description: "The user." })
  userId!: string;

  @Field(() => Boolean, {
    description: "Whether the request holds for this user now; also true if it did before.",
  })
  ok!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description: "The error code; NOT_FOUND for a user who is not a member of the organization. null if `ok`.",
  })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The error as a sentence; null if `ok`." })
  message!: string | null;
}

@ObjectType({ description: "What createGroup answers.", simpleResolvers: true })
export class CreateGroupPayload {
  @Field(() => GroupType, { description: "The new group." })
  group!: GroupType;
}

@ObjectType({ description: "What updateGroup answers.", simpleResolvers: true })
export class UpdateGroupPayload {
  @Field(() => GroupType, { description: "The group as it is now." })
  group!: GroupType;
}

@ObjectType({ description: "What deleteGroup answers.", simpleResolvers: true })
export class DeleteGroupPayload {
  @Field(() => GroupType, { description: "The group before it was deleted. Its members have left it." })
  group!: GroupType;
}

@ObjectType({ description: "What addUsersToGroup answers.", simpleResolvers: true })
export class AddUsersToGroupPayload {
  @Field(() => GroupType, { description: "The group as it is now." })
  group!: GroupType;

  @Field(() => [GroupMemberResultType], { description: "The outcome for each user, in the order of the request." })
  results!: readonly GroupMemberResult[];
}

@ObjectType({ description: "What setGroupManagers answers.", simpleResolvers: true })
export class SetGroupManagersPayload {
  @Field(() => GroupType, { description: "The group; `managers` has the new managers." })
  group!: GroupType;
}

@ObjectType({ description: "What removeUsersFromGroup answers.", simpleResolvers: true })
export class RemoveUsersFromGroupPayload {
  @Field(() => GroupType, { description: "The group as it is now." })
  group!: GroupType;

  @Field(() => [GroupMemberResultType], { description: "The outcome for each user, in the order of the request." })
  results!: readonly GroupMemberResult[];
}
