/** Users in the schema. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { Group } from "../group/group.js";
import type { Role } from "../role/role.js";
import type { AuthMethod, UserOrder, UserStatus } from "./user.js";

/** Stands for the enum `UserStatus` in decorators. */
export const UserStatusEnum: { readonly [Value in UserStatus]: Value } = {
  INVITED: "INVITED",
  PENDING_APPROVAL: "PENDING_APPROVAL",
  ACTIVE: "ACTIVE",
  DISABLED: "DISABLED",
  ARCHIVED: "ARCHIVED",
};

registerEnumType(UserStatusEnum, {
  name: "UserStatus",
  description: "Where an account stands.",
  valuesConfig: {
    INVITED: { description: "Invited by e-mail, and not answered yet." },
    PENDING_APPROVAL: { description: "Waiting for an administrator's approval." },
    ACTIVE: { description: "May sign in." },
    DISABLED: { description: "May not sign in, until enabled again." },
    ARCHIVED: { description: "Put away, and kept for the record; may not sign in." },
  },
});

/** Stands for the enum `AuthMethod` in decorators. */
export const AuthMethodEnum: { readonly [Value in AuthMethod]: Value } = { SSO: "SSO", PASSWORD: "PASSWORD" };

registerEnumType(AuthMethodEnum, {
  name: "AuthMethod",
  description: "How a person signs in. Set when the account is made.",
  valuesConfig: {
    SSO: { description: "Through the organization's identity provider." },
    PASSWORD: { description: "By e-mail address and password." },
  },
});

/** Stands for the enum `UserOrderField` in decorators. */
export const UserOrderFieldEnum: { readonly [Value in UserOrder]: Value } = {
  LAST_NAME: "LAST_NAME",
  FIRST_NAME: "FIRST_NAME",
  EMAIL: "EMAIL",
  CREATED_AT: "CREATED_AT",
};

registerEnumType(UserOrderFieldEnum, {
  name: "UserOrderField",
  description: "What users can be ordered by. Case does not count.",
  valuesConfig: {
    LAST_NAME: { description: "By last name, then by first name." },
    FIRST_NAME: { description: "By first name, then by last name." },
    EMAIL: { description: "By e-mail address." },
    CREATED_AT: { description: "In the order in which the accounts were made." },
  },
});

@ObjectType("User", {
  implements: NodeType,
  description:
    "An account. What a user has in an organization, such as roles and groups, is that of the home organization unless `organizationId` names another; `membership` has it of one organization. Of a guest, who is a member of the organization and whose home is another, the organization sees id, e-mail address, names and what it gave itself: every other field is null or empty.",
  simpleResolvers: true,
})
export class UserType {
  /** The organization in which the user was found: `knownRoles` and `knownGroups` are those there. Not in the schema. */
  organizationId!: string;
  /** What `organization` loads; not in the schema. */
  homeOrganizationId!: string;
  /** Whether the fields of the account are withheld from the caller; not in the schema. */
  isGuest!: boolean;
  /** The roles, where they were read together with the user; not in the schema. */
  knownRoles?: readonly Role[] | undefined;
  /** The groups, where they were read together with the user; not in the schema. */
  knownGroups?: readonly Group[] | undefined;

  @Field(() => ID, { description: "The user's id. It never changes." })
  id!: string;

  @Field(() => String, { description: "The e-mail address. Not unique: it does not identify anybody, the id does." })
  email!: string;

  @Field(() => String, { nullable: true, description: "The name that the person has at the provider." })
  username!: string | null;

  @Field(() => String, { description: "The first name." })
  firstName!: string;

  @Field(() => String, { description: "The last name." })
  lastName!: string;

  @Field(() => String, { description: "The name to show." })
  fullName!: string;

  @Field(() => String, { nullable: true, description: "The number or name that the company knows the person by." })
  employeeId!: string | null;

  @Field(() => UserStatusEnum, { nullable: true, description: "Where the account stands; null for a guest." })
  status!: UserStatus | null;

  @Field(() => AuthMethodEnum, { nullable: true, description: "How the person signs in; null for a guest." })
  authMethod!: AuthMethod | null;

  @Field(() => Date, { nullable: true, description: "When the account was made; null for a guest." })
  createdAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When the account was changed last; null for a guest." })
  updatedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: "When the person signed in last; null while nobody has, and for a guest.",
  })
  lastSignedInAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Rises at every change. Send it as `expectedVersion` to change only what you know. null for a guest, whom the home organization alone changes.",
  })
  version!: number | null;
}

/** The argument of every field that tells what a user has in an organization. */
export const IN_ORGANIZATION = {
  nullable: true,
  description: "The organization in which to look; the user's home organization when left out.",
};

export const UserPage = definePage("User", () => UserType, "Members of one organization.");
