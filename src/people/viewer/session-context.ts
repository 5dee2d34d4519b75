/** The context of a resolver that gives the browser a new session. */
import type { RequestContext } from "../../access/request-context.js";

export interface SessionContext extends RequestContext {
  /** Sets the new session's token as the browser's cookie. */
  readonly renewSession: (sessionToken: string) => void;
}
