/** Reads a request for an access token: an assertion as a grant (RFC 7523, section 2.1) or as the client's proof (2.2). */
import { TokenRefusal } from "./token-refusal.js";

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const JWT_CLIENT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** The only scope: everything that a directory's token may do. */
export const SCOPE = "scim";
const LONGEST_ASSERTION = 16_000;

export interface TokenRequest {
  readonly assertion: string;
  /** The error code for a wrong assertion. */
  readonly use: "invalid_grant" | "invalid_client";
  /** The client that the form names; `null` if it names none. */
  readonly clientId: string | null;
}

/** @throws TokenRefusal */
export function readTokenRequest(form: Readonly<Record<string, unknown>>): TokenRequest {
  const read = (name: string): string | null => {
    const value = form[name];
    // An empty parameter counts as left out. No parameter may be sent twice (RFC 6749, section 3.2).
    if (value === undefined || value === "") return null;
    if (typeof value !== "string") throw new TokenRefusal("invalid_request", `The parameter ${name} is sent twice.`);
    return value;
  };
  const grantType = read("grant_type");
  const clientId = read("client_id");
  const scope = read("scope");
  if (grantType === null)
    throw new TokenRefusal("invalid_request", "The form has no grant_type. Send application/x-www-form-urlencoded.");
  if (scope !== null && scope !== SCOPE) throw new TokenRefusal("invalid_scope", `The only scope is ${SCOPE}.`);
  const readRequired = (name: string): string => {
    const value = read(name);
    if (value === null) throw new TokenRefusal("invalid_request", `The parameter ${name} is missing.`);
    if (value.length > LONGEST_ASSERTION)
      throw new TokenRefusal("invalid_request", `The parameter ${name} is too long.`);
    return value;
  };
  switch (grantType) {
    case JWT_GRANT:
      return { assertion: readRequired("assertion"), use: "invalid_grant", clientId };
    case "client_credentials":
      if (readRequired("client_assertion_type") !== JWT_CLIENT)
        throw new TokenRefusal("invalid_request", `client_assertion_type must be ${JWT_CLIENT}.`);
      return { assertion: readRequired("client_assertion"), use: "invalid_client", clientId };
    default:
      throw new TokenRefusal("unsupported_grant_type", `grant_type must be ${JWT_GRANT} or client_credentials.`);
  }
}
