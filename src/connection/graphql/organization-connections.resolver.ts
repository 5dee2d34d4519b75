/** Adds its connections to an organization. */
import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import { OrganizationType } from "../../people/organization/organization.type.js";
import type { ConnectionLoaders } from "../loaders.js";
import type { Connection } from "../stored/connection.js";
import { SsoConnectionType } from "./connection.type.js";

@Resolver(() => OrganizationType)
export class OrganizationConnectionsResolver {
  constructor(private readonly loaders: ConnectionLoaders) {}

  @FieldResolver(() => [SsoConnectionType], {
    description: "The identity providers of the organization, the oldest first. Needs CONNECTIONS_READ.",
  })
  async connections(
    @Root() organization: OrganizationType,
    @Ctx() context: RequestContext,
  ): Promise<readonly Connection[]> {
    requirePermission(context.caller, organization.id, "CONNECTIONS_READ");
    return await this.loaders.connectionsOfOrganization(context).load(organization.id);
  }
}
