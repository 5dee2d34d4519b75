/** What every GraphQL resolver gets with a request. Loaders live as long as this object. */
import type { Caller } from "./caller.js";

export interface RequestContext {
  readonly caller: Caller;
}
