/** Inputs and payloads of the mutations of provisioning directories. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import {
  LONGEST_DIRECTORY_NAME,
  type DeprovisionAction,
  type DirectoryState,
  type SignInMatch,
} from "../stored/directory.js";
import { DirectoryPoliciesInput } from "./policies-types.js";
import { DeprovisionActionEnum, DirectoryStateEnum, DirectoryType, SignInMatchEnum } from "./directory.type.js";

const NAME = `What people read. At most ${LONGEST_DIRECTORY_NAME} characters.`;
const CONNECTION = "The connection that the directory's people sign in through, in the same organization.";

@InputType("CreateProvisioningDirectoryInput", { description: "A provisioning directory to create." })
export class CreateDirectoryInput {
  @Field(() => ID, { description: "The organization whose users the directory provides." })
  organizationId!: string;

  @Field(() => ID, { nullable: true, description: CONNECTION })
  connectionId?: string | null;

  @Field(() => String, { nullable: true, description: `${NAME} "SCIM" when left out.` })
  name?: string | null;

  @Field(() => DeprovisionActionEnum, {
    nullable: true,
    description: "What happens to an account when the directory deactivates or deletes its user. Default: `ARCHIVE`.",
  })
  deprovisionAction?: DeprovisionAction | null;

  @Field(() => SignInMatchEnum, {
    nullable: true,
    description: "How a sign-in through the linked connection finds a user of the directory. Default: `EXTERNAL_ID`.",
  })
  signInMatch?: SignInMatch | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the directory's people and groups are read-only through every other door, such as updateUser and API keys. Default: false.",
  })
  lockManaged?: boolean | null;

  @Field(() => DirectoryPoliciesInput, {
    nullable: true,
    description:
      "Policies of a directory that is not linked to a connection. For a linked one, change the connection's policies.",
  })
  policies?: InstanceType<typeof DirectoryPoliciesInput> | null;
}

@InputType("UpdateProvisioningDirectoryInput", {
  description: "Changes of a provisioning directory. A field that is left out stays as it is.",
})
export class UpdateDirectoryInput {
  @Field(() => ID, { description: "The directory to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The version that you have read. If the directory has changed since, the change is refused with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => ID, { nullable: true, description: `${CONNECTION} null ends the link.` })
  connectionId?: string | null;

  @Field(() => String, { nullable: true, description: NAME })
  name?: string | null;

  @Field(() => DirectoryStateEnum, {
    nullable: true,
    description:
      "Whether the directory works. `ACTIVE` releases a paused directory, as releaseProvisioningDirectory does.",
  })
  state?: DirectoryState | null;

  @Field(() => DeprovisionActionEnum, {
    nullable: true,
    description: "What happens to an account when the directory deactivates or deletes its user.",
  })
  deprovisionAction?: DeprovisionAction | null;

  @Field(() => SignInMatchEnum, {
    nullable: true,
    description: "How a sign-in through the linked connection finds a user of the directory.",
  })
  signInMatch?: SignInMatch | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the directory's people and groups are read-only through every other door, such as updateUser and API keys.",
  })
  lockManaged?: boolean | null;

  @Field(() => DirectoryPoliciesInput, {
    nullable: true,
    description:
      "Policies of a directory that is not linked to a connection. For a linked one, change the connection's policies.",
  })
  policies?: InstanceType<typeof DirectoryPoliciesInput> | null;
}

@InputType("SetProvisioningAssertionsInput", {
  description:
    "The signed assertions that a directory accepts. Give `jwksUrl` or `jwks`. Without both, it accepts no assertion.",
})
export class SetAssertionsInput {
  @Field(() => ID, { description: "The directory." })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: "What `iss` must be. Leave it out if the provider signs with the client id as `iss`.",
  })
  issuer?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The address of the provider's JSON Web Key Set. Usher fetches it when it needs a key.",
  })
  jwksUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The provider's public keys as a JSON Web Key Set (RFC 7517), if it publishes none at an address.",
  })
  jwks?: string | null;
}

@InputType("ReleaseProvisioningDirectoryInput", { description: "A paused provisioning directory to release." })
export class ReleaseDirectoryInput {
  @Field(() => ID, { description: "The directory." })
  id!: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the provider may remove any number of users for an hour. Otherwise, the mass-removal brake counts from zero. Default: false.",
  })
  allowRemovals?: boolean | null;
}

@ObjectType("ReleaseProvisioningDirectoryPayload", {
  description: "What releaseProvisioningDirectory answers.",
  simpleResolvers: true,
})
export class ReleaseDirectoryPayload {
  @Field(() => DirectoryType, { description: "The directory as it is now." })
  directory!: DirectoryType;
}

/** The base of payloads with a new token; not in the schema. */
@ObjectType({ simpleResolvers: true })
abstract class WithToken {
  @Field(() => DirectoryType, { description: "The directory." })
  directory!: DirectoryType;

  @Field(() => String, {
    description:
      "The token, for `Authorization: Bearer TOKEN` at the provider. It is shown only here and cannot be read again.",
  })
  token!: string;
}

@ObjectType("CreateProvisioningDirectoryPayload", { description: "What createProvisioningDirectory answers." })
export class CreateDirectoryPayload extends WithToken {}

@ObjectType("RotateProvisioningTokenPayload", { description: "What rotateProvisioningToken answers." })
export class RotateTokenPayload extends WithToken {}

@ObjectType("UpdateProvisioningDirectoryPayload", {
  description: "What updateProvisioningDirectory answers.",
  simpleResolvers: true,
})
export class UpdateDirectoryPayload {
  @Field(() => DirectoryType, { description: "The directory as it is now." })
  directory!: DirectoryType;
}

@ObjectType("SetProvisioningAssertionsPayload", {
  description: "What setProvisioningAssertions answers.",
  simpleResolvers: true,
})
export class SetAssertionsPayload {
  @Field(() => DirectoryType, { description: "The directory." })
  directory!: DirectoryType;
}

@ObjectType("DeleteProvisioningDirectoryPayload", {
  description: "What deleteProvisioningDirectory answers.",
  simpleResolvers: true,
})
export class DeleteDirectoryPayload {
  @Field(() => DirectoryType, { description: "The directory before its deletion." })
  directory!: DirectoryType;
}
