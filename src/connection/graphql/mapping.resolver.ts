/** Mappings in GraphQL: fields of the connection, and the mutations that set them. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { holds, requirePermission, type Caller } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import type { ConnectionLoaders } from "../loaders.js";
import { NO_MAPPINGS, type GroupMapping, type Mappings, type RoleMapping } from "../mapping/mapping.js";
import { setAttributeMappings, setGroupMappings, setRoleMappings } from "../mapping/mapping.operations.js";
import type { ConnectionServices } from "../services.js";
import type { Connection } from "../stored/connection.js";
import { SsoConnectionType } from "./connection.type.js";
import {
  SetAttributeMappingsInput,
  SetAttributeMappingsPayload,
  SetGroupMappingsInput,
  SetGroupMappingsPayload,
  SetRoleMappingsInput,
  SetRoleMappingsPayload,
} from "./mapping.input.js";
import { AttributeMappingType, GroupMappingType, RoleMappingType } from "./mapping.type.js";

/** Requires MAPPINGS_READ or MAPPINGS_WRITE. */
export function requireMappings(caller: Caller, { organizationId }: Pick<Connection, "organizationId">): void {
  if (!holds(caller, organizationId, "MAPPINGS_WRITE")) requirePermission(caller, organizationId, "MAPPINGS_READ");
}

/** Adds its role to each role mapping. Leaves out mappings whose role the organization does not have. */
export async function showRoleMappings(
  loaders: Pick<ConnectionLoaders, "rolesOfOrganization">,
  context: RequestContext,
  organizationId: string,
  mappings: readonly RoleMapping[],
): Promise<readonly RoleMappingType[]> {
  if (mappings.length === 0) return [];
  const roles = await loaders.rolesOfOrganization(context).load(organizationId);
  const byId = new Map(roles.map((role) => [role.id, role]));
  return mappings.flatMap((mapping) => {
    const role = byId.get(mapping.roleId);
    return role === undefined ? [] : [{ ...mapping, role }];
  });
}

/** Adds its group to each group mapping. Leaves out mappings whose group does not exist. */
export async function showGroupMappings(
  loaders: Pick<ConnectionLoaders, "group">,
  context: RequestContext,
  mappings: readonly GroupMapping[],
): Promise<readonly GroupMappingType[]> {
  const groups = await loaders.group(context).loadMany(mappings.map(({ groupId }) => groupId));
  return mappings.flatMap((mapping, index) => {
    const group = groups[index];
    if (group instanceof Error) throw group;
    return group == null ? [] : [{ ...mapping, group }];
  });
}

@Resolver(() => SsoConnectionType)
export class MappingResolver {
  constructor(
    private readonly services: ConnectionServices,
    private readonly loaders: ConnectionLoaders,
  ) {}

  @FieldResolver(() => [AttributeMappingType], {
    description: "The mappings from claims to fields, in their order. Needs MAPPINGS_READ.",
  })
  async attributeMappings(
    @Root() connection: Connection,
    @Ctx() context: RequestContext,
  ): Promise<readonly AttributeMappingType[]> {
    return (await this.mappingsOf(connection, context)).attributes;
  }

  @FieldResolver(() => [RoleMappingType], {
    description:
      "The rules that give roles, in their order. If several match, the role's rank decides, not the order. Needs MAPPINGS_READ.",
  })
  async roleMappings(
    @Root() connection: Connection,
    @Ctx() context: RequestContext,
  ): Promise<readonly RoleMappingType[]> {
    const { roles } = await this.mappingsOf(connection, context);
    return await showRoleMappings(this.loaders, context, connection.organizationId, roles);
  }

  @FieldResolver(() => [GroupMappingType], {
    description: "The rules that add people to groups, in their order. Needs MAPPINGS_READ.",
  })
  async groupMappings(
    @Root() connection: Connection,
    @Ctx() context: RequestContext,
  ): Promise<readonly GroupMappingType[]> {
    return await showGroupMappings(this.loaders, context, (await this.mappingsOf(connection, context)).groups);
  }

  @Mutation(() => SetAttributeMappingsPayload, {
    description:
      "Replaces the attribute mappings of a connection. They apply from the next sign-in. Needs MAPPINGS_WRITE. A person who adds a mapping to `managerEmail` or `email` also needs TRAINING_READ. Errors: VERSION_CONFLICT.",
  })
  async setAttributeMappings(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetAttributeMappingsInput, { description: "The new mappings." })
    input: SetAttributeMappingsInput,
  ): Promise<SetAttributeMappingsPayload> {
    return { connection: await setAttributeMappings(this.services, context.caller, input) };
  }

  @Mutation(() => SetRoleMappingsPayload, {
    description:
      "Replaces the role mappings of a connection. They apply from the next sign-in. Needs MAPPINGS_WRITE, and for each new or changed mapping every permission of its role. Errors: VERSION_CONFLICT.",
  })
  async setRoleMappings(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetRoleMappingsInput, { description: "The new mappings." }) input: SetRoleMappingsInput,
  ): Promise<SetRoleMappingsPayload> {
    return { connection: await setRoleMappings(this.services, context.caller, input) };
  }

  @Mutation(() => SetGroupMappingsPayload, {
    description:
      "Replaces the group mappings of a connection. They apply from the next sign-in, which also removes people from groups that mappings no longer give. Needs MAPPINGS_WRITE. A person who adds a mapping to a group that they manage also needs TRAINING_READ. Errors: VERSION_CONFLICT.",
  })
  async setGroupMappings(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetGroupMappingsInput, { description: "The new mappings." }) input: SetGroupMappingsInput,
  ): Promise<SetGroupMappingsPayload> {
    return { connection: await setGroupMappings(this.services, context.caller, input) };
  }

  private async mappingsOf(connection: Connection, context: RequestContext): Promise<Mappings> {
    requireMappings(context.caller, connection);
    return (await this.loaders.mappings(context).load(connection.id)) ?? NO_MAPPINGS;
  }
}
