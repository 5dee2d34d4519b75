/** The list of connections in GraphQL. */
import { Args, Ctx, Query, Resolver } from "type-graphql";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { definePage, PageArgs, type Page } from "../../platform/graphql/paging.js";
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
