/** What the queries and mutations of groups take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { ErrorCode } from "../../platform/graphql/error-codes.js";
import { OrderDirectionEnum, type OrderDirection } from "../order-direction.js";
import { MOST_MANAGERS } from "./group-managers.operations.js";
import { MOST_USERS_AT_ONCE, type GroupMemberResult } from "./group-members.operations.js";
import type { GroupOrder } from "./group.js";
import { GroupOrderFieldEnum, GroupType } from "./group.type.js";

@InputType("GroupFilter", { description: "Which groups to show. What is left out or empty restricts nothing." })
export class GroupFilterInput {
  @Field(() => String, {
    nullable: true,
    description: "Words, each of which must occur somewhere in the name. Case, accents and apostrophes do not count.",
  })
  search?: string | null;
}

@InputType("GroupOrder", { description: "The order of a list of groups." })
export class GroupOrderInput {
  @Field(() => GroupOrderFieldEnum, { description: "What to order by." })
  field!: GroupOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "Which way; ASC when left out." })
  direction?: OrderDirection | null;
}

@InputType({ description: "A group to make." })
export class CreateGroupInput {
  @Field(() => ID, { description: "The organization whose users it gathers. It never changes." })
  organizationId!: string;

  @Field(() => String, {
    description: "What people read. Unique in the organization, whatever the case; at most 200 characters.",
  })
  name!: string;

  @Field(() => String, { nullable: true, description: "What the group is for. At most 1000 characters." })
  description?: string | null;
}

@InputType({ description: "What to change in a group. What is left out stays." })
export class UpdateGroupInput {
  @Field(() => ID, { description: "The group to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that; members who come and go raise it too.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "What people read. Unique in the organization." })
  name?: string | null;

  @Field(() => String, { nullable: true, description: "What the group is for. null clears it." })
  description?: string | null;
}

const USER_IDS = `At most ${MOST_USERS_AT_ONCE}; for more, send several requests.`;

@InputType({ description: "Users to put into a group." })
export class AddUsersToGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: `Members of the group's organization. ${USER_IDS}` })
  userIds!: string[];
}

@InputType({ description: "Users to take out of a group." })
export class RemoveUsersFromGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: `Members of the group's organization. ${USER_IDS}` })
  userIds!: string[];
}

@InputType({ description: "Who manages a group from now on." })
export class SetGroupManagersInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], {
    description: `All managers from now on: members of the group's organization, at most ${MOST_MANAGERS}; none where the list is empty.`,
  })
  userIds!: string[];
}

@ObjectType("GroupMemberResult", {
  description: "What became of one user whom a change of a group's members named.",
  simpleResolvers: true,
})
class GroupMemberResultType implements GroupMemberResult {
  @Field(() => ID, { description: "The user." })
  userId!: string;

  @Field(() => Boolean, {
    description: "Whether it is now as the request says; also where it was so before.",
  })
  ok!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description: "Why not: NOT_FOUND for who is no member of the organization. null when it was done.",
  })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The same as a sentence; null when it was done." })
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
  @Field(() => GroupType, { description: "The group as it was. It has no members any more." })
  group!: GroupType;
}

@ObjectType({ description: "What addUsersToGroup answers.", simpleResolvers: true })
export class AddUsersToGroupPayload {
  @Field(() => GroupType, { description: "The group as it is now." })
  group!: GroupType;

  @Field(() => [GroupMemberResultType], { description: "What became of each user, in the order of the request." })
  results!: readonly GroupMemberResult[];
}

@ObjectType({ description: "What setGroupManagers answers.", simpleResolvers: true })
export class SetGroupManagersPayload {
  @Field(() => GroupType, { description: "The group; `managers` has who manages it now." })
  group!: GroupType;
}

@ObjectType({ description: "What removeUsersFromGroup answers.", simpleResolvers: true })
export class RemoveUsersFromGroupPayload {
  @Field(() => GroupType, { description: "The group as it is now." })
  group!: GroupType;

  @Field(() => [GroupMemberResultType], { description: "What became of each user, in the order of the request." })
  results!: readonly GroupMemberResult[];
}
