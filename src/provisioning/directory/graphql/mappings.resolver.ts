/** The rules of provisioning directories in GraphQL: fields of the directory, and the mutation that sets them. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../../access/request-context.js";
import type { Store } from "../../../access/store.js";
import { requireMappings, showGroupMappings, showRoleMappings } from "../../../connection/graphql/mapping.resolver.js";
import { AttributeMappingType, GroupMappingType, RoleMappingType } from "../../../connection/graphql/mapping.type.js";
import type { ConnectionLoaders } from "../../../connection/loaders.js";
import { NO_MAPPINGS, type Mappings } from "../../../connection/mapping/mapping.js";
import { findMappingsOf } from "../../../connection/mapping/mapping.repository.js";
import { RoleType } from "../../../people/role/role.type.js";
import type { Role } from "../../../people/role/role.js";
import { defineLoader } from "../../../platform/graphql/loaders.js";
import { setDirectoryMappings } from "../stored/directory-mappings.operations.js";
import type { Directory } from "../stored/directory.js";
import { DirectoryType } from "./directory.type.js";
import { SetDirectoryMappingsInput, SetDirectoryMappingsPayload } from "./mappings.input.js";
import { DirectoryPoliciesType } from "./policies-types.js";

@Resolver(() => DirectoryType)
export class DirectoryMappingsResolver {
  private readonly mappings;

  constructor(
    private readonly store: Store,
    private readonly loaders: Pick<ConnectionLoaders, "group" | "rolesOfOrganization">,
  ) {
    this.mappings = defineLoader<RequestContext, Mappings>((ids) => findMappingsOf(store.reader, ids, "DIRECTORY"));
  }

  @FieldResolver(() => DirectoryPoliciesType, {
    description: "The directory's own policies. They apply while it is not linked to a connection.",
  })
  policies(@Root() { policies }: Directory): InstanceType<typeof DirectoryPoliciesType> {
    return policies;
  }

  @FieldResolver(() => [AttributeMappingType], {
    description:
      "The directory's own mappings from paths of SCIM to fields. They apply while it is not linked to a connection. Needs MAPPINGS_READ.",
  })
  async attributeMappings(
    @Root() directory: Directory,
    @Ctx() context: RequestContext,
  ): Promise<readonly AttributeMappingType[]> {
    return (await this.mappingsOf(directory, context)).attributes;
  }

  @FieldResolver(() => [RoleMappingType], {
    description:
      "The directory's own rules that give roles. They apply while it is not linked to a connection. Needs MAPPINGS_READ.",
  })
  async roleMappings(
    @Root() directory: Directory,
    @Ctx() context: RequestContext,
  ): Promise<readonly RoleMappingType[]> {
    const { roles } = await this.mappingsOf(directory, context);
    return await showRoleMappings(this.loaders, context, directory.organizationId, roles);
  }

  @FieldResolver(() => [GroupMappingType], {
    description:
      "The directory's own rules that add people to groups. They apply while it is not linked to a connection. Needs MAPPINGS_READ.",
  })
  async groupMappings(
    @Root() directory: Directory,
    @Ctx() context: RequestContext,
  ): Promise<readonly GroupMappingType[]> {
    return await showGroupMappings(this.loaders, context, (await this.mappingsOf(directory, context)).groups);
  }

  @FieldResolver(() => [RoleType], {
    description:
      "The roles that the provider may give by naming them in a user's `roles`, the highest first. Needs MAPPINGS_READ.",
  })
  async assignableRoles(@Root() directory: Directory, @Ctx() context: RequestContext): Promise<readonly Role[]> {
    requireMappings(context.caller, directory);
    if (directory.assignableRoleIds.length === 0) return [];
    const roles = await this.loaders.rolesOfOrganization(context).load(directory.organizationId);
    return roles.filter(({ id }) => directory.assignableRoleIds.includes(id));
  }

  @Mutation(() => SetDirectoryMappingsPayload, {
    description:
      "Sets the rules of a provisioning directory: mappings of its own, if it is not linked to a connection, and the roles that its provider may name. They apply from the next request of the provider. Needs MAPPINGS_WRITE, and every permission of a role that you add. A person who adds a mapping to `managerEmail` or `email`, or to a group that they manage, also needs TRAINING_READ. Errors: VERSION_CONFLICT.",
  })
  async setProvisioningMappings(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => SetDirectoryMappingsInput, { description: "The new rules." }) input: SetDirectoryMappingsInput,
  ): Promise<{ readonly directory: Directory }> {
    return { directory: await setDirectoryMappings(this.store, caller, input) };
  }

  private async mappingsOf(directory: Directory, context: RequestContext): Promise<Mappings> {
    requireMappings(context.caller, directory);
    return (await this.mappings(context).load(directory.id)) ?? NO_MAPPINGS;
  }
}
