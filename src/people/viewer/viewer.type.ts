/** The caller in the schema. */
import { Field, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";

@ObjectType("Viewer", {
  description: "The caller: a signed-in person, a signed-in operator, or a client with an API key.",
  simpleResolvers: true,
})
export class ViewerType {
  @Field(() => [PermissionEnum], {
    description:
      "The caller's permissions in the organization of the session or of the API key; every permission for an operator.",
  })
  permissions!: readonly Permission[];
}
