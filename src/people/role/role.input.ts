/** Inputs and payloads of the mutations of roles. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";
import { RoleKeyScalar } from "./role-key.scalar.js";
import { HIGHEST_RANK, LOWEST_RANK } from "./role.js";
import { RoleType } from "./role.type.js";

const RANK = `From ${LOWEST_RANK} to ${HIGHEST_RANK}; the higher rank wins. If two roles have the same rank, the first key in the alphabet wins. The built-in roles have 300 (ADMIN), 200 (MANAGER), 150 (AUDITOR) and 100 (USER).`;

@InputType({ description: "The role to create." })
export class CreateRoleInput {
  @Field(() => ID, { description: "The organization of the role." })
  organizationId!: string;

  @Field(() => RoleKeyScalar, {
    description:
      "The key that mappings and clients use: unique in the organization, at most 63 characters. It never changes.",
  })
  key!: string;

  @Field(() => String, { description: "The name, at most 200 characters." })
  name!: string;

  @Field(() => Int, { description: RANK })
  rank!: number;

  @Field(() => [PermissionEnum], {
    description: "The role's permissions; may be empty. Only permissions that you hold.",
  })
  permissions!: Permission[];
}

@InputType({
  description: "Changes to a role, which take effect at once for all its users. Fields that are left out stay.",
})
export class UpdateRoleInput {
  @Field(() => ID, { description: "The role to change." })
  id!: string;

  @Field(() => String, { nullable: true, description: "What people read." })
  name?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `${RANK} A sign-in that matches several roles gives the highest, so a change of rank can give users a different role. To raise a role, you must hold its permissions; to lower it, the permissions of every role that it falls below.`,
  })
  rank?: number | null;

  @Field(() => [PermissionEnum], {
    nullable: true,
    description: "All permissions of the role from now on. You cannot add a permission that you do not hold.",
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
  @Field(() => RoleType, { description: "The role before it was deleted." })
  role!: RoleType;
}
