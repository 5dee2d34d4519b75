/** Recognises a browser that repeats the last request of its own sign-in, by a reload or the back button. */
import type { Connection } from "../connection/stored/connection.js";
import { findSessionInForce } from "../people/session/session.repository.js";
import { hashToken } from "../platform/crypto/tokens.js";
import type { BrowserRequest } from "./browser-request.js";
import type { SignInServices } from "./services.js";

/** Whether this state or ticket, at this connection, opened the session that the browser's cookie names. */
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
