/** Roles in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";
import { RoleKeyScalar } from "./role-key.scalar.js";

@ObjectType("Role", {
  implements: NodeType,
  description: "A role that an organization defines.",
  simpleResolvers: true,
})
export class RoleType {
  @Field(() => ID, { description: "The role's id." })
  id!: string;

  @Field(() => RoleKeyScalar, { description: "The key that mappings and clients use. Unique in the organization." })
  key!: string;

  @Field(() => String, { description: "What people read." })
  name!: string;

  @Field(() => Int, {
    description:
      "The order of roles: the higher rank wins. If two roles have the same rank, the first key in the alphabet wins.",
  })
  rank!: number;

  @Field(() => [PermissionEnum], { description: "The role's permissions." })
  permissions!: readonly Permission[];

  @Field(() => Boolean, { description: "Whether every organization has the role. Built-in roles cannot be changed." })
  builtIn!: boolean;
}
