/** Inputs and payloads of the queries and mutations of users. */
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
    "Which users to show. A condition that is left out or empty has no effect. Guests match conditions on names, address, roles, groups, answers and seat, and never a condition on another field.",
})
export class UserFilterInput {
  @Field(() => String, {
    nullable: true,
    description:
      "Each word must begin a word of the names, the address, the username or the employee ID: `ada lov` finds Ada Lovelace, `lace` does not. Words that punctuation joins must follow each other: `acme.example` finds the addresses of that domain. Case, accents and apostrophes do not matter. Only the first eight words count. Punctuation alone has no matches.",
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

  @Field(() => AuthMethodEnum, { nullable: true, description: "Only users who sign in with this method." })
  authMethod?: AuthMethod | null;

  @Field(() => [UserFieldNameEnum], {
    nullable: true,
    description: "Only users who lack a value in at least one of these fields.",
  })
  missing?: MissingField[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only users linked through one of these connections of the organization.",
  })
  connectionIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Only users who gave at least one of these answers to the organization's filters. Needs TRAINING_READ too.",
  })
  answers?: string[] | null;

  @Field(() => [ID], { nullable: true, description: "Only users who report to one of these users." })
  managerIds?: string[] | null;

  @Field(() => Date, { nullable: true, description: "Only users who have not signed in since this time, or never." })
  notSignedInSince?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: only users who never signed in; false: only users who have.",
  })
  neverSignedIn?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: only users who hold a seat in the organization; false: only users who do not.",
  })
  hasSeat?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: only break-glass accounts; false: only accounts that are none.",
  })
  breakGlass?: boolean | null;
}

@InputType("UserOrder", { description: "The order of a list of users." })
export class UserOrderInput {
  @Field(() => UserOrderFieldEnum, { description: "The field to order by." })
  field!: UserOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "The direction; ASC if left out." })
  direction?: OrderDirection | null;
}

@InputType({ description: "The account to create." })
export class CreateUserInput {
  @Field(() => ID, { description: "The home organization. It never changes." })
  organizationId!: string;

  @Field(() => String, { description: "The e-mail address." })
  email!: string;

  @Field(() => String, { description: "The first name. At most 200 characters, like the last name." })
  firstName!: string;

  @Field(() => String, { description: "The last name." })
  lastName!: string;

  @Field(() => String, { nullable: true, description: "The display name; first and last name if left out." })
  fullName?: string | null;

  @Field(() => String, { nullable: true, description: "The person's username at the identity provider." })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The number or name by which the company identifies the person.",
  })
  employeeId?: string | null;

  @Field(() => AuthMethodEnum, {
    nullable: true,
    description:
      "How the person signs in; SSO if left out. The person's first sign-in finds an SSO account by the connection's policy `matchKey`.",
  })
  authMethod?: AuthMethod | null;

  @Field(() => UserProfileInput, { nullable: true, description: "Further fields." })
  profile?: UserProfileInput | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "The roles in the organization; its default role if left out or empty. You cannot give a role with a permission that you do not hold.",
  })
  roleKeys?: string[] | null;
}

@InputType({ description: "Changes to an account of your organization. Fields that are left out stay." })
export class UpdateUserInput {
  @Field(() => ID, { description: "The user to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you have read. If it has changed since, the mutation fails with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The e-mail address. To change it, the username or the employee ID, you must hold every permission of the user's roles.",
  })
  email?: string | null;

  @Field(() => String, { nullable: true, description: "The first name." })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: "The last name." })
  lastName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The display name. null makes it first and last name. So does a change of the first or last name while no source gives a display name.",
  })
  fullName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The person's username at the identity provider. null clears it.",
  })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The number or name by which the company identifies the person. null clears it.",
  })
  employeeId?: string | null;

  @Field(() => UserProfileInput, { nullable: true, description: "Further fields." })
  profile?: UserProfileInput | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "All roles of the user from now on. You cannot give a role with a permission that you do not hold, and the last active administrator keeps that role.",
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
