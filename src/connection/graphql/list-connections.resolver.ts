/** The connections of an organization in GraphQL: page by page, and all of them at the organization. */
import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { definePage, PageArgs, type Page } from "../../platform/graphql/paging.js";
import { OrganizationType } from "../../people/organization/organization.type.js";
import type { ConnectionLoaders } from "../loaders.js";
import type { Connection } from "../stored/connection.js";
import { listConnections } from "../stored/list-connections.js";
import { SsoConnectionType } from "./connection.type.js";

const SsoConnectionPage = definePage(
  "SsoConnection",
  () => SsoConnectionType,
  "One page of the identity providers of an organization.",
);

@Resolver()
export class ListConnectionsResolver {
  constructor(private readonly store: Store) {}

  @Query(() => SsoConnectionPage, {
    description: "The identity providers of an organization, the oldest first. Needs CONNECTIONS_READ.",
  })
  async ssoConnections(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose connections to show.") organizationId: string,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<SsoConnectionType>> {
    return await listConnections(this.store, caller, organizationId, page);
  }
}

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
