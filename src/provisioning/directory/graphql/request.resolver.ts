/** The request log of provisioning directories in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../../access/request-context.js";
import type { Store } from "../../../access/store.js";
import { PageArgs, type Page } from "../../../platform/graphql/paging.js";
import { listRequests } from "../log/request.operations.js";
import { RequestFilterInput, RequestPage, RequestType } from "./request.type.js";

/** Finds what to do about an outcome; `null` for a success. */
export type ExplainRequest = (outcome: string) => { readonly remedy: string } | null;

@Resolver(() => RequestType)
export class RequestResolver {
  constructor(
    private readonly store: Store,
    private readonly explain: ExplainRequest,
  ) {}

  @Query(() => RequestPage, {
    description: "The requests of a provisioning directory, the latest first. Needs CONNECTIONS_READ.",
  })
  async provisioningRequests(
    @Ctx() { caller }: RequestContext,
    @Arg("directoryId", () => ID, { description: "The directory." }) directoryId: string,
    @Arg("filter", () => RequestFilterInput, { nullable: true, description: "Which requests to list; all if omitted." })
    filter: RequestFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<RequestType>> {
    return (await listRequests(this.store, caller, directoryId, filter ?? {}, page)) as Page<RequestType>;
  }

  @FieldResolver(() => String, { nullable: true, description: "How to fix it; null if the request succeeded." })
  remedy(@Root() { outcome }: RequestType): string | null {
    return this.explain(outcome)?.remedy ?? null;
  }
}
