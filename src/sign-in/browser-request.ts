/** The browser that sends a sign-in request: its client description and its cookies. */
import type { ClientDescription } from "../people/session/session.js";

export interface BrowserRequest {
  readonly client: ClientDescription;
  /** The value of the cookie that binds a browser to the flows that it began. */
  readonly browserTokens: string | null;
  /** Whether a message of a provider's portal began a sign-in in this browser within the last minute. */
  readonly cameFromPortal?: boolean;
  /** The value of the session cookie. A new sign-in ends that session. */
  readonly sessionToken: string | null;
}
