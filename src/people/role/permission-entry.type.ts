/** The catalogue of permissions in the schema, each with its meaning. */
import { Field, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";

@ObjectType("PermissionEntry", {
  description: "A permission that a role or an API key can have.",
  simpleResolvers: true,
})
export class PermissionEntryType {
  @Field(() => PermissionEnum, { description: "The permission." })
  name!: Permission;

  @Field(() => String, { description: "What it allows." })
  description!: string;
}
