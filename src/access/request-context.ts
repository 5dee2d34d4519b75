/** The context of a GraphQL request, which every resolver gets. Loaders live as long as this object. */
import type { Caller } from "./caller.js";

export interface RequestContext {
  readonly caller: Caller;
}
