/** What every GraphQL resolver is handed with a request: who asks. Loaders live as long as this object. */
import type { Caller } from "./caller.js";

export interface RequestContext {
  readonly caller: Caller;
}
