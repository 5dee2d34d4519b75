/** The input and the payload of the mutation that sets the rules of a provisioning directory. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import {
  AttributeMappingInput,
  GroupMappingInput,
  RoleMappingInput,
} from "../../../connection/graphql/mapping.input.js";
import { MOST_MAPPINGS } from "../../../connection/mapping/check-mappings.js";
import { RoleKeyScalar } from "../../../people/role/role-key.scalar.js";
import { DirectoryType } from "./directory.type.js";

const LIST = `It replaces the old list, and has at most ${MOST_MAPPINGS} mappings. Unchanged mappings keep their id. Leave it out to keep the list, and always for a directory that is linked to a connection.`;

@InputType("SetProvisioningMappingsInput", { description: "The new rules of a provisioning directory." })
export class SetDirectoryMappingsInput {
  @Field(() => ID, { description: "The directory whose rules to replace." })
  directoryId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The directory's version that you have read. If it has changed since, the change is refused with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => [AttributeMappingInput], {
    nullable: true,
    description: `Which paths of SCIM fill which fields, such as \`userType\`. ${LIST}`,
  })
  attributeMappings?: AttributeMappingInput[] | null;

  @Field(() => [RoleMappingInput], {
    nullable: true,
    description: `Which rules give which roles. \`groups\` means the names and external ids of the user's groups. ${LIST}`,
  })
  roleMappings?: RoleMappingInput[] | null;

  @Field(() => [GroupMappingInput], { nullable: true, description: `Which rules add people to which groups. ${LIST}` })
  groupMappings?: GroupMappingInput[] | null;

  @Field(() => [RoleKeyScalar], {
    nullable: true,
    description:
      "The roles that the provider may give by naming them in a user's `roles`. An empty list allows none, which is the default. You must hold every permission of a role that you add.",
  })
  assignableRoleKeys?: string[] | null;
}

@ObjectType("SetProvisioningMappingsPayload", {
  description: "What setProvisioningMappings answers.",
  simpleResolvers: true,
})
export class SetDirectoryMappingsPayload {
  @Field(() => DirectoryType, { description: "The directory as it is now." })
  directory!: DirectoryType;
}
