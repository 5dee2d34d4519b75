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

@ObjectType("Membership", { description: "That a person belongs to an organization.", simpleResolvers: true })
export class MembershipType {
  /** Not in the schema, like the user's. */
  organizationId!: string;
  userId!: string;
}
