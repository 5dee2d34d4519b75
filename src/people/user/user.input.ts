/** What the queries and mutations of users take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { OrderDirectionEnum, type OrderDirection } from "../order-direction.js";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import type { AuthMethod, UserOrder, UserStatus } from "./user.js";
import type { MissingField } from "./list/user-filter.js";
import { UserProfileInput } from "./profile/profile.input.js";
import { UserFieldNameEnum } from "./profile/profile.type.js";
import { AuthMethodEnum, UserOrderFieldEnum, UserStatusEnum, UserType } from "./user.type.js";

@InputType("UserFilter", {
  description:
    "Which users to show. What is left out or empty restricts nothing. A guest is found by names, address, roles, groups, answers and seat; no filter by another field shows them.",
})
export class UserFilterInput {
  @Field(() => String, {
    nullable: true,
    description:
      "Words, each of which must begin a word of the names, of the address, of the username or of the employee ID: `ada lov` finds Ada Lovelace, `lace` does not. Words that a sign joins must follow each other: `acme.example` finds who has such an address. Case, accents and apostrophes do not count. The first eight words count, and signs alone find nobody.",
  })
  search?: string | null;

  @Field(() => [UserStatusEnum], { nullable: true, description: "Only users of one of these statuses." })
  status?: UserStatus[] | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description: "Only users who have at least one of these roles in the organization.",
  })
  roleKeys?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only users who are in at least one of these groups of the organization. Needs GROUPS_READ too.",
  })
  groupIds?: string[] | null;

  @Field(() => AuthMethodEnum, { nullable: true, description: "Only users who sign in this way." })
  authMethod?: AuthMethod | null;

  @Field(() => [UserFieldNameEnum], {
    nullable: true,
    description: "Only users who lack a value in at least one of these fields, whatever the source.",
  })
  missing?: MissingField[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only users whom a link lets in through one of these connections of the organization.",
  })
  connectionIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Only users who gave at least one of these answers to the organization's filters. Needs TRAINING_READ too.",
  })
  answers?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only users who report to one of these." })
  managerIds?: string[] | null;

  @Field(() => Date, { nullable: true, description: "Only users who have not signed in since then, or never." })
  notSignedInSince?: Date | null;

  @Field(() => Boolean, { nullable: true, description: "Only users who never signed in; false for those who did." })
  neverSignedIn?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Only users who hold a seat in the organization; false for those who hold none.",
  })
  hasSeat?: boolean | null;
}

@InputType("UserOrder", { description: "The order of a list of users." })
export class UserOrderInput {
  @Field(() => UserOrderFieldEnum, { description: "What to order by." })
  field!: UserOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "Which way; ASC when left out." })
  direction?: OrderDirection | null;
}

@InputType({ description: "An account to make." })
export class CreateUserInput {
  @Field(() => ID, { description: "The home organization. It never changes." })
  organizationId!: string;

  @Field(() => String, { description: "The e-mail address." })
  email!: string;

  @Field(() => String, { description: "The first name. At most 200 characters, like the last name." })
  firstName!: string;

  @Field(() => String, { description: "The last name." })
  lastName!: string;

  @Field(() => String, { nullable: true, description: "The name to show; first and last name when left out." })
  fullName?: string | null;

  @Field(() => String, { nullable: true, description: "The name that the person has at the provider." })
  username?: string | null;

  @Field(() => String, { nullable: true, description: "The number or name that the company knows the person by." })
  employeeId?: string | null;

  @Field(() => AuthMethodEnum, {
    nullable: true,
    description:
      "How the person signs in; SSO when left out. An SSO account waits for the person's first sign-in, which finds it as the connection's policy says.",
  })
  authMethod?: AuthMethod | null;

  @Field(() => UserProfileInput, { nullable: true, description: "Further fields." })
  profile?: UserProfileInput | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "The roles in the organization; its default role when left out or empty. Nobody gives a role that grants more than they hold.",
  })
  roleKeys?: string[] | null;
}

@InputType({ description: "What to change in an account of the own organization. What is left out stays." })
export class UpdateUserInput {
  @Field(() => ID, { description: "The user to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The e-mail address. Changing it, the username or the employee ID needs all that the user's roles grant.",
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: "The first name." })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: "The last name." })
  lastName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The name to show. null makes it first and last name, as does a change of those without it.",
  })
  fullName?: string | null;

  @Field(() => String, { nullable: true, description: "The name that the person has at the provider. null clears it." })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The number or name that the company knows the person by. null clears it.",
  })
  employeeId?: string | null;

  @Field(() => UserProfileInput, { nullable: true, description: "Further fields." })
  profile?: UserProfileInput | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "All roles of the user from now on. Nobody gives a role that grants more than they hold, and the last active administrator stays one.",
  })
  roleKeys?: string[] | null;
}

@ObjectType({ description: "What createUser answers.", simpleResolvers: true })
export class CreateUserPayload {
  @Field(() => UserType, { description: "The new account." })
  user!: UserType;
}

@ObjectType({ description: "What updateUser answers.", simpleResolvers: true })
export class UpdateUserPayload {
  @Field(() => UserType, { description: "The account as it is now." })
  user!: UserType;
}
