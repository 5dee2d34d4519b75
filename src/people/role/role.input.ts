/** What the mutations of roles take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";
import { RoleKeyScalar } from "./role-key.scalar.js";
import { HIGHEST_RANK, LOWEST_RANK } from "./role.js";
import { RoleType } from "./role.type.js";

const RANK = `From ${LOWEST_RANK} to ${HIGHEST_RANK}; the higher wins, and of two with the same rank the one whose key comes first in the alphabet. The built-in roles have 300 (ADMIN), 200 (MANAGER), 150 (AUDITOR) and 100 (USER).`;

@InputType({ description: "A role to make." })
export class CreateRoleInput {
  @Field(() => ID, { description: "The organization that gets the role." })
  organizationId!: string;

  @Field(() => RoleKeyScalar, {
    description:
      "What mappings and programs name: unique in the organization, at most 63 characters. It never changes.",
  })
  key!: string;

  @Field(() => String, { description: "What people read. At most 200 characters." })
  name!: string;

  @Field(() => Int, { description: RANK })
  rank!: number;

  @Field(() => [PermissionEnum], {
    description: "What the role grants; may be empty. Nobody makes a role that grants what they do not hold.",
  })
  permissions!: Permission[];
}

@InputType({
  description:
    "What to change in a role. What is left out stays; what changes holds at once for all who have the role.",
})
export class UpdateRoleInput {
  @Field(() => ID, { description: "The role to change." })
  id!: string;

  @Field(() => String, { nullable: true, description: "What people read." })
  name?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `${RANK} Raising a role needs all that it grants, lowering it all that the roles grant which it falls below: a sign-in that matches several roles may give another one from then on.`,
  })
  rank?: number | null;

  @Field(() => [PermissionEnum], {
    nullable: true,
    description: "All that the role grants from now on. Nobody adds a permission that they do not hold.",
  })
  permissions?: Permission[] | null;
}

@ObjectType({ description: "What createRole answers.", simpleResolvers: true })
export class CreateRolePayload {
  @Field(() => RoleType, { description: "The new role." })
  role!: RoleType;
}

@ObjectType({ description: "What updateRole answers.", simpleResolvers: true })
export class UpdateRolePayload {
  @Field(() => RoleType, { description: "The role as it is now." })
  role!: RoleType;
}

@ObjectType({ description: "What deleteRole answers.", simpleResolvers: true })
export class DeleteRolePayload {
  @Field(() => RoleType, { description: "The role as it was." })
  role!: RoleType;
}
