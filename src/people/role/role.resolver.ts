/** Roles and the catalogue of permissions in GraphQL. */
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { ALL_PERMISSIONS, PERMISSIONS } from "../../access/permission.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { PermissionEntryType } from "./permission-entry.type.js";
import {
  CreateRoleInput,
  CreateRolePayload,
  DeleteRolePayload,
  UpdateRoleInput,
  UpdateRolePayload,
} from "./role.input.js";
import type { FindRoleUses } from "./role-guard.js";
import { createRole, deleteRole, updateRole } from "./role.operations.js";
import { RoleType } from "./role.type.js";

@Resolver(() => RoleType)
export class RoleResolver {
  constructor(
    private readonly store: Store,
    /** Functions that find the uses that prevent the deletion of a role. */
    private readonly guards: readonly FindRoleUses[],
  ) {}

  @Query(() => [PermissionEntryType], {
    description: "Every permission that a role or an API key can have. Available without sign-in.",
  })
  permissions(): PermissionEntryType[] {
    return ALL_PERMISSIONS.map((name) => ({ name, description: PERMISSIONS[name] }));
  }

  @Mutation(() => CreateRolePayload, {
    description: "Creates a role. Needs ORGANIZATION_WRITE and every permission of the role. Errors: ROLE_KEY_TAKEN.",
  })
  async createRole(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateRoleInput, { description: "The role." }) input: CreateRoleInput,
  ): Promise<CreateRolePayload> {
    return { role: await createRole(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateRolePayload, {
    description:
      "Changes a role, with effect at once for all its users. Needs ORGANIZATION_WRITE and every permission that users gain by the change. Errors: ROLE_BUILT_IN.",
  })
  async updateRole(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateRoleInput, { description: "What to change." }) input: UpdateRoleInput,
  ): Promise<UpdateRolePayload> {
    return { role: await updateRole(this.store, context.caller, input) };
  }

  @Mutation(() => DeleteRolePayload, {
    description:
      "Deletes a role. Needs ORGANIZATION_WRITE. Errors: ROLE_BUILT_IN, and ROLE_IN_USE with `details.uses` while users have the role or a policy or a mapping names it.",
  })
  async deleteRole(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The role to delete." }) id: string,
  ): Promise<DeleteRolePayload> {
    return { role: await deleteRole(this.store, this.guards, context.caller, id) };
  }
}
