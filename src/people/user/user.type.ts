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
  description: "The status of an account.",
  valuesConfig: {
    INVITED: { description: "Invited by e-mail; the person has not accepted yet." },
    PENDING_APPROVAL: { description: "Waiting for an administrator's approval." },
    ACTIVE: { description: "May sign in." },
    DISABLED: { description: "May not sign in until an administrator enables the account." },
    ARCHIVED: { description: "Kept for the record; may not sign in." },
  },
});

/** Stands for the enum `AuthMethod` in decorators. */
export const AuthMethodEnum: { readonly [Value in AuthMethod]: Value } = { SSO: "SSO", PASSWORD: "PASSWORD" };

registerEnumType(AuthMethodEnum, {
  name: "AuthMethod",
  description:
    "How a person signs in. Set when the account is created; `changeAuthMethod` moves people from PASSWORD to SSO.",
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
  description: "The fields that users can be ordered by. Case does not matter.",
  valuesConfig: {
    LAST_NAME: { description: "By last name, then by first name." },
    FIRST_NAME: { description: "By first name, then by last name." },
    EMAIL: { description: "By e-mail address." },
    CREATED_AT: { description: "By the time at which the accounts were created." },
  },
});

@ObjectType("User", {
  implements: NodeType,
  description:
    "An account. Fields with the argument `organizationId`, such as roles and groups, are those of the home organization if it is left out; `membership` has those of one organization. A guest is a member whose home is another organization: the organization sees the guest's id, e-mail address and names, and the roles, groups and training that it gave. Every other field of a guest is null or empty.",
  simpleResolvers: true,
})
export class UserType {
  /** The organization that the user was read in; `knownRoles` and `knownGroups` belong to it. Not in the schema. */
  organizationId!: string;
  /** Not in the schema. The resolver of `organization` needs it. */
  homeOrganizationId!: string;
  /** Whether fields of the account are withheld from the caller; not in the schema. */
  isGuest!: boolean;
  /** The roles, if they were read together with the user; not in the schema. */
  knownRoles?: readonly Role[] | undefined;
  /** The groups, if they were read together with the user; not in the schema. */
  knownGroups?: readonly Group[] | undefined;

  @Field(() => ID, { description: "The user's id. It never changes." })
  id!: string;

  @Field(() => String, { description: "The e-mail address. Not unique: identify a user by id." })
  email!: string;

  @Field(() => String, { nullable: true, description: "The person's username at the identity provider." })
  username!: string | null;

  @Field(() => String, { description: "The first name." })
  firstName!: string;

  @Field(() => String, { description: "The last name." })
  lastName!: string;

  @Field(() => String, { description: "The display name." })
  fullName!: string;

  @Field(() => String, {
    nullable: true,
    description: "The number or name by which the company identifies the person.",
  })
  employeeId!: string | null;

  @Field(() => UserStatusEnum, { nullable: true, description: "The account's status; null for a guest." })
  status!: UserStatus | null;

  @Field(() => AuthMethodEnum, { nullable: true, description: "How the person signs in; null for a guest." })
  authMethod!: AuthMethod | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether this is a break-glass account: it signs in by password when the organization requires single sign-on, and no sign-in, directory or file changes it. null for a guest.",
  })
  breakGlass!: boolean | null;

  @Field(() => Date, { nullable: true, description: "When the account was created; null for a guest." })
  createdAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When the account last changed; null for a guest." })
  updatedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: "When the person last signed in; null before the first sign-in, and for a guest.",
  })
  lastSignedInAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Rises with every change. Send it as `expectedVersion` so that you do not overwrite a change that you have not read. null for a guest.",
  })
  version!: number | null;
}

/** The argument of every field that belongs to a user in one organization. */
export const IN_ORGANIZATION = {
  nullable: true,
  description: "The organization to look in; the user's home organization if left out.",
};

export const UserPage = definePage("User", () => UserType, "Members of one organization.");
