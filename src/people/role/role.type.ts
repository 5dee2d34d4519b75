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

  @Field(() => RoleKeyScalar, { description: "What mappings and programs name: unique in the organization." })
  key!: string;

  @Field(() => String, { description: "What people read." })
  name!: string;

  @Field(() => Int, {
    description:
      "The higher rank wins where one role is to be told from several; of two with the same rank, the one whose key comes first in the alphabet.",
  })
  rank!: number;

  @Field(() => [PermissionEnum], { description: "What the role grants." })
  permissions!: readonly Permission[];

  @Field(() => Boolean, { description: "Whether the organization was born with it. Such roles cannot be changed." })
  builtIn!: boolean;
}
