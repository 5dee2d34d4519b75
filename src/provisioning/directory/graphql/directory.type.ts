/** Provisioning directories in the schema. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { NodeType } from "../../../access/node.js";
import { definePage } from "../../../platform/graphql/paging.js";
import {
  DEPROVISION_ACTIONS,
  SIGN_IN_MATCHES,
  type DeprovisionAction,
  type DirectoryState,
  type PauseReason,
  type SignInMatch,
} from "../stored/directory.js";

const STATES: Readonly<Record<DirectoryState, string>> = {
  ACTIVE: "The directory's requests are answered.",
  PAUSED: "Every request is refused with 503. Accounts stay as they are.",
};

export const DeprovisionActionEnum = declareEnum(
  "DeprovisionAction",
  "What happens to an account when a provisioning directory deactivates or deletes its user. The person's access ends at once in every case.",
  DEPROVISION_ACTIONS,
);
export const SignInMatchEnum = declareEnum(
  "SignInMatch",
  "How a person at the linked connection and a user of the directory are recognised as the same person.",
  SIGN_IN_MATCHES,
);
export const DirectoryStateEnum = declareEnum("ProvisioningDirectoryState", "Whether a directory works.", STATES);
const PauseReasonEnum = declareEnum("ProvisioningPauseReason", "Why a directory is paused.", {
  ADMINISTRATOR: "An administrator paused it.",
  MASS_REMOVAL:
    "It was about to end the access of more than 20 % of its active users, and at least 10, within an hour. The request was refused.",
} satisfies Readonly<Record<PauseReason, string>>);

/** Registers an enum and returns the object that stands for it in decorators. */
function declareEnum<Value extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Value, string>>,
): { readonly [Each in Value]: Each } {
  const made = Object.fromEntries(Object.keys(values).map((value) => [value, value])) as { [Each in Value]: Each };
  const entries = Object.entries<string>(values).map(([value, text]) => [value, { description: text }]);
  registerEnumType(made, { name, description, valuesConfig: Object.fromEntries(entries) });
  return made;
}

@ObjectType("ProvisioningToken", {
  description: "A token with which a provider calls `/scim/v2`. The token itself is shown once, when it is created.",
  simpleResolvers: true,
})
export class DirectoryTokenType {
  @Field(() => ID, { description: "The token's id." })
  id!: string;

  @Field(() => Date, { description: "When it was created." })
  createdAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: "When it stops working, because a newer token replaces it; null for the newest token.",
  })
  expiresAt!: Date | null;
}

@ObjectType("ProvisioningCounts", {
  description: "How many users and groups a provisioning directory provides. Counted when they are asked for.",
  simpleResolvers: true,
})
export class CountsType {
  @Field(() => Int, { description: "Users whose account is active." })
  activeUsers!: number;

  @Field(() => Int, { description: "Users whose account is not active, such as those that the provider deactivated." })
  inactiveUsers!: number;

  @Field(() => Int, { description: "Groups." })
  groups!: number;
}

@ObjectType("ProvisioningAssertions", {
  description:
    "The signed assertions (RFC 7523) for which a provider gets access tokens of a directory, and what to enter at the provider.",
  simpleResolvers: true,
})
export class AssertionsType {
  @Field(() => ID, {
    description:
      "The client id: the `sub` of every assertion. It is the `iss` too, unless the directory trusts another issuer.",
  })
  clientId!: string;

  @Field(() => String, { description: "The token endpoint. It is also the `aud` of every assertion." })
  tokenUrl!: string;

  @Field(() => String, { nullable: true, description: "What `iss` must be; null for the client id." })
  issuer!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The address of the provider's keys; null if an administrator entered the keys.",
  })
  jwksUrl!: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      "The ids (`kid`) of the entered keys, with an empty text for a key without id; null for keys at an address.",
  })
  keyIds!: readonly string[] | null;
}

@ObjectType("ProvisioningDirectory", {
  implements: NodeType,
  description: "A SCIM source of an organization: the part of an identity provider that creates and removes its users.",
})
export class DirectoryType extends NodeType {
  @Field(() => String, { description: "What people read." })
  name!: string;

  @Field(() => DirectoryStateEnum, { description: "Whether the directory works." })
  state!: DirectoryState;

  @Field(() => PauseReasonEnum, { nullable: true, description: "Why the directory is paused; null if it is not." })
  pauseReason!: PauseReason | null;

  @Field(() => Date, {
    nullable: true,
    description: "Until when any number of users may be removed; null if the mass-removal brake is on.",
  })
  removalsAllowedUntil!: Date | null;

  @Field(() => DeprovisionActionEnum, {
    description: "What happens to an account when the directory deactivates or deletes its user.",
  })
  deprovisionAction!: DeprovisionAction;

  @Field(() => SignInMatchEnum, {
    description: "How a sign-in through the linked connection finds a user of the directory.",
  })
  signInMatch!: SignInMatch;

  @Field(() => Boolean, {
    description:
      "Whether the directory's people and groups are read-only through every other door, such as updateUser and API keys.",
  })
  lockManaged!: boolean;

  @Field(() => Int, { description: "Rises with every change." })
  version!: number;

  @Field(() => Date, { description: "When it was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When it was last changed." })
  updatedAt!: Date;

  // Not in the schema. Field resolvers need these fields.
  organizationId!: string;
  connectionId!: string | null;
}

export const DirectoryPage = definePage(
  "ProvisioningDirectory",
  () => DirectoryType,
  "One page of the provisioning directories of an organization.",
);
