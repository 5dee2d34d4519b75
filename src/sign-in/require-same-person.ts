/** Keeps a message that answers no request from replacing the session of a different person. */
import { findLinks } from "../connection/identity/identity.repository.js";
import type { NormalizedProfile } from "../connection/contract/index.js";
import type { Connection } from "../connection/stored/connection.js";
import { findSessionInForce } from "../people/session/session.repository.js";
import { hashToken } from "../platform/crypto/tokens.js";
import { Failure } from "../platform/errors/failure.js";
import type { BrowserRequest } from "./browser-request.js";
import { SIGN_IN_OTHER_PERSON } from "./failures.js";
import type { SignInServices } from "./services.js";

/**
 * Requires that the browser has no session, or one of the same person. Any page can post a message that answers no request.
 * If such a message replaced the session of a different person, that person would go on in an account that is not theirs.
 *
 * @throws SIGN_IN_OTHER_PERSON
 */
export async function requireSamePerson(
  { store: { reader }, clock }: SignInServices,
  { sessionToken }: BrowserRequest,
  connection: Connection,
  { issuer, subject }: NormalizedProfile,
): Promise<void> {
  if (sessionToken === null) return;
  const session = await findSessionInForce(reader, hashToken(sessionToken), clock());
  if (session === null) return;
  const { own, merged } = await findLinks(reader, connection.id, issuer, subject);
  if (own?.userId === session.userId || merged?.userId === session.userId) return;
  throw new Failure(SIGN_IN_OTHER_PERSON, { detail: `The browser has a session of user ${session.userId}.` });
}
