/** Inputs and payloads of the mutations of members. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import { UserType } from "../user/user.type.js";

@InputType({
  description: "A person to add to an organization as a guest, by `userId` or by `email`.",
})
export class AddMemberInput {
  @Field(() => ID, { description: "The organization to join." })
  organizationId!: string;

  @Field(() => ID, { nullable: true, description: "The person's id." })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The address of exactly one active account of the installation. Only for the operator, because it shows which addresses have accounts.",
  })
  email?: string | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "The roles in the organization; its default role if left out. Only for the operator. A person whom the home organization adds gets the default role if that role has no permissions, and otherwise no role. The joined organization then gives roles with setMemberRoles.",
  })
  roleKeys?: string[] | null;
}

@ObjectType({ description: "What addMember answers.", simpleResolvers: true })
export class AddMemberPayload {
  @Field(() => UserType, {
    description: "The person. For the operator, `membership` has the roles in the joined organization.",
  })
  member!: UserType;
}

@ObjectType("GuestMembership", {
  description: "A membership of a person as a guest, outside the home organization.",
})
export class GuestMembershipType {
  @Field(() => ID, { description: "The organization's id, for `removeMember`." })
  organizationId!: string;

  @Field(() => String, { description: "The organization's name." })
  organizationName!: string;

  @Field(() => Date, { description: "When the membership began." })
  joinedAt!: Date;
}

@InputType({ description: "A guest to remove from an organization." })
export class RemoveMemberInput {
  @Field(() => ID, { description: "The organization to leave." })
  organizationId!: string;

  @Field(() => ID, { description: "The member." })
  userId!: string;
}

@ObjectType({ description: "What removeMember answers.", simpleResolvers: true })
export class RemoveMemberPayload {
  @Field(() => UserType, { description: "The person, without roles in that organization." })
  member!: UserType;
}

@InputType({ description: "The roles that a member is to have." })
export class SetMemberRolesInput {
  @Field(() => ID, { description: "The organization of the roles." })
  organizationId!: string;

  @Field(() => ID, { description: "The member." })
  userId!: string;

  @Field(() => [RoleKeyScalar], {
    description: "All roles from now on, at least one. You cannot give a role with a permission that you do not hold.",
  })
  roleKeys!: string[];
}

@ObjectType({ description: "What setMemberRoles answers.", simpleResolvers: true })
export class SetMemberRolesPayload {
  @Field(() => UserType, { description: "The member; `membership` has the roles in the organization." })
  member!: UserType;
}
