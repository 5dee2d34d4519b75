/** What the mutations of members take and answer. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import { UserType } from "../user/user.type.js";

@InputType({
  description: "A person to make a guest of another organization than their home: by `userId` or by `email`.",
})
export class AddMemberInput {
  @Field(() => ID, { description: "The organization to join." })
  organizationId!: string;

  @Field(() => ID, { nullable: true, description: "The person's id." })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The address of exactly one active account of the installation. For the operator alone: nobody else learns which addresses have accounts.",
  })
  email?: string | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "The roles in the organization, for the operator alone; its default role when left out. From the home's administrator, the person gets the default role only where it grants no permission: the organization gives further roles with setMemberRoles.",
  })
  roleKeys?: string[] | null;
}

@ObjectType({ description: "What addMember answers.", simpleResolvers: true })
export class AddMemberPayload {
  @Field(() => UserType, {
    description: "The person; for the operator, `membership` has the roles in the organization joined.",
  })
  member!: UserType;
}

@ObjectType("GuestMembership", {
  description: "That a person is a guest of an organization: a member whose home is another.",
})
export class GuestMembershipType {
  @Field(() => ID, { description: "The organization, as `removeMember` takes it." })
  organizationId!: string;

  @Field(() => String, { description: "The organization's name." })
  organizationName!: string;

  @Field(() => Date, { description: "When the membership began." })
  joinedAt!: Date;
}

@InputType({ description: "A member to take out of an organization that is not their home." })
export class RemoveMemberInput {
  @Field(() => ID, { description: "The organization to leave." })
  organizationId!: string;

  @Field(() => ID, { description: "The member." })
  userId!: string;
}

@ObjectType({ description: "What removeMember answers.", simpleResolvers: true })
export class RemoveMemberPayload {
  @Field(() => UserType, { description: "The person, who has no roles there any more." })
  member!: UserType;
}

@InputType({ description: "The roles of a member from now on." })
export class SetMemberRolesInput {
  @Field(() => ID, { description: "The organization in which the roles are." })
  organizationId!: string;

  @Field(() => ID, { description: "The member." })
  userId!: string;

  @Field(() => [RoleKeyScalar], {
    description: "All roles from now on, at least one. Nobody gives what they do not hold.",
  })
  roleKeys!: string[];
}

@ObjectType({ description: "What setMemberRoles answers.", simpleResolvers: true })
export class SetMemberRolesPayload {
  @Field(() => UserType, { description: "The member; `membership` has the roles in the organization." })
  member!: UserType;
}
