/** What a resolver needs of HTTP to give a browser another session. */
import type { RequestContext } from "../../access/request-context.js";

export interface SessionContext extends RequestContext {
  /** Hands the browser the new session's token, as its cookie. */
  readonly renewSession: (sessionToken: string) => void;
}
