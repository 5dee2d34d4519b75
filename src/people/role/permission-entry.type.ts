/** The catalogue of permissions in the schema, each with what it allows. */
import { Field, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";

@ObjectType("PermissionEntry", {
  description: "One permission of the catalogue, from which roles and the scopes of API keys are made.",
  simpleResolvers: true,
})
export class PermissionEntryType {
  @Field(() => PermissionEnum, { description: "The permission." })
  name!: Permission;

  @Field(() => String, { description: "What it allows." })
  description!: string;
}
