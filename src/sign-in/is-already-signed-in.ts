/** Recognises a browser that repeats the last request of its own sign-in, by a reload or the back button. */
import type { Connection } from "../connection/stored/connection.js";
import { findSessionInForce } from "../people/session/session.repository.js";
import type { Session } from "../people/session/session.js";
import { hashToken } from "../platform/crypto/tokens.js";
import type { BrowserRequest } from "./browser-request.js";
import type { SignInServices } from "./services.js";

/** Whether this state or ticket, at this connection, opened the session that the browser's cookie names. */
export async function isAlreadySignedIn(
  services: SignInServices,
  browser: BrowserRequest,
  connection: Connection,
  handle: string,
): Promise<boolean> {
  return (await findSessionOf(services, browser, handle))?.connectionId === connection.id;
}

/** The session that the browser's cookie names, if this state or ticket opened it. */
export async function findSessionOf(
  { store, clock }: SignInServices,
  { sessionToken }: BrowserRequest,
  handle: string,
): Promise<Session | null> {
  if (sessionToken === null) return null;
  const session = await findSessionInForce(store.reader, hashToken(sessionToken), clock());
  return session?.flowHash === hashToken(handle) ? session : null;
}
