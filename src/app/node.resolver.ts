/** The queries `node` and `nodes`. Clients with a cache use them to read an object again. */
import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { NodeType, type NodeSource } from "../access/node.js";
import type { RequestContext } from "../access/request-context.js";
import { Failure, INVALID_INPUT, UNAUTHENTICATED } from "../platform/errors/failure.js";
import { defineLoader } from "../platform/graphql/loaders.js";
import { MAXIMUM_PAGE_SIZE } from "../platform/graphql/paging.js";

/** A high cost, because the query asks each type until one has the id. */
const COST_OF_FINDING = 10;

@Resolver()
export class NodeResolver {
  readonly #load: ReturnType<typeof defineLoader<RequestContext, object>>;

  constructor(sources: readonly NodeSource[]) {
    this.#load = defineLoader(async (ids, { caller }) => await findNodes(sources, caller, ids));
  }

  @Query(() => NodeType, {
    nullable: true,
    complexity: ({ childComplexity }) => COST_OF_FINDING + childComplexity,
    description:
      "The object with this id. null if the id is unknown, belongs to a different organization, or needs a permission that you lack.",
  })
  async node(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The id." }) id: string,
  ): Promise<object | null> {
    requireSignIn(context.caller);
    return await this.#load(context).load(id);
  }

  @Query(() => [NodeType], {
    nullable: "items",
    complexity: ({ args, childComplexity }) => COST_OF_FINDING + countIds(args) * (1 + childComplexity),
    description: `The objects with these ids, in their order, each as \`node\` returns it. At most ${MAXIMUM_PAGE_SIZE}.`,
  })
  async nodes(
    @Ctx() context: RequestContext,
    @Arg("ids", () => [ID], { description: `The ids, at most ${MAXIMUM_PAGE_SIZE}.` }) ids: string[],
  ): Promise<readonly (object | null)[]> {
    requireSignIn(context.caller);
    if (ids.length > MAXIMUM_PAGE_SIZE) {
      const message = `must be at most ${MAXIMUM_PAGE_SIZE} ids; send the others in a further request`;
      throw new Failure(INVALID_INPUT, { fields: [{ path: "ids", code: "INVALID", message }] });
    }
    return (await this.#load(context).loadMany(ids)).map((found) => {
      if (found instanceof Error) throw found;
      return found;
    });
  }
}

function countIds({ ids }: { readonly ids?: unknown }): number {
  return Array.isArray(ids) ? ids.length : 1;
}

function requireSignIn(caller: Caller): void {
  if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
}

/** Makes at most one query for each type. An id belongs to one object, so later queries leave out ids that were found. */
async function findNodes(
  sources: readonly NodeSource[],
  caller: Caller,
  ids: readonly string[],
): Promise<ReadonlyMap<string, object>> {
  const found = new Map<string, object>();
  for (const { type, find } of sources) {
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length === 0) break;
    for (const [id, node] of await find(caller, missing)) found.set(id, { ...node, __typename: type });
  }
  return found;
}
