/**
 * The token in the address at which a customer's administrator begins the consent. The token names a connection. It is
 * sealed, so that only Usher can make it. It becomes invalid when the connection gets its tenant, because that raises
 * the connection's trust version.
 */
import type { Connection } from "../../connection/stored/connection.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { Failure } from "../../platform/errors/failure.js";
import { CONSENT_LINK_OVER } from "../failures.js";
import { openAddressToken } from "../test-sign-in/test-token.js";

/** How long the address works: long enough for an administrator of another company, who gets it by mail. */
export const CONSENT_LINK_LIFETIME_SECONDS = 7 * 24 * 60 * 60;

interface ConsentLink {
  readonly connectionId: string;
  readonly trustVersion: number;
  /** ISO 8601. */
  readonly expiresAt: string;
}

const CONTEXT = "operator_app_consent";

export function issueConsentToken(keyRing: KeyRing, { id, trustVersion }: Connection, expiresAt: Date): string {
  const link: ConsentLink = { connectionId: id, trustVersion, expiresAt: expiresAt.toISOString() };
  return keyRing.seal(JSON.stringify(link), CONTEXT);
}

/**
 * Checks the token of an address.
 *
 * @param token the value as received, of any type
 * @throws CONSENT_LINK_OVER for a token that Usher did not make, that has expired, or that is for a different connection or state
 */
export function requireConsentToken(keyRing: KeyRing, connection: Connection, token: unknown, now: Date): void {
  const link = openAddressToken<ConsentLink>(keyRing, token, CONTEXT);
  if (link === null) throw over("The address holds a token that this installation did not make.");
  if (link.connectionId !== connection.id) throw over("The address is for a different connection.");
  if (new Date(link.expiresAt) <= now) throw over(`The consent could be begun until ${link.expiresAt}.`);
  if (link.trustVersion !== connection.trustVersion)
    throw over("The connection has its tenant, or was changed, since the address was made.");
}

function over(detail: string) {
  return new Failure(CONSENT_LINK_OVER, { detail });
}
