/** Recognises the browser that fetches the end of its own sign-in once more: by a reload, or by the back button. */
import type { Connection } from "../connection/stored/connection.js";
import { findSessionInForce } from "../people/session/session.repository.js";
import { hashToken } from "../platform/crypto/tokens.js";
import type { BrowserRequest } from "./browser-request.js";
import type { SignInServices } from "./services.js";

/**
 * Whether the browser's present session is one that this state or ticket opened, through this connection. It changes
 * nothing and proves nothing new: the session cookie alone says who is in.
 */
export async function isAlreadySignedIn(
  { store, clock }: SignInServices,
  { sessionToken }: BrowserRequest,
  connection: Connection,
  handle: string,
): Promise<boolean> {
  if (sessionToken === null) return false;
  const session = await findSessionInForce(store.reader, hashToken(sessionToken), clock());
  return session !== null && session.connectionId === connection.id && session.flowHash === hashToken(handle);
}
