/** The caller in the schema. */
import { Field, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";

@ObjectType("Viewer", {
  description: "Whoever asks: a signed-in person, or a program with a key.",
  simpleResolvers: true,
})
export class ViewerType {
  @Field(() => [PermissionEnum], {
    description:
      "What the caller may do, in the organization of the session or of the key; the operator's key everything.",
  })
  permissions!: readonly Permission[];
}
