/** Further claims from the userinfo endpoint (OpenID Connect Core 1.0, section 5.3). */
import { refuse, type OidcRefusalCode } from "./refusals.js";
import { ProtocolRefusal } from "../refusal.js";
import { isObject, requestJson, saysDenied, saysOutOfOrder } from "./request-json.js";
import type { Claims, Surroundings, Withheld } from "./surroundings.js";

/**
 * Claims about the authentication, the tenant and the domain. Usher trusts them only in the signed ID token, so
 * userinfo cannot supply them.
 */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set(
  (
    "iss sub aud azp exp iat nbf nonce jti sid at_hash c_hash acr amr auth_time session_expiry events typ cnf " +
    "sub_jwk tid oid idp ver hd xms_edov"
  ).split(" "),
);

/** Whether Usher trusts a claim only in the signed ID token. */
export function isProtocolClaim(name: string): boolean {
  return PROTOCOL_CLAIMS.has(name);
}

/**
 * The claims, including userinfo's. If userinfo gave no claims, `withheld` has the reason, and the refusal to throw if
 * the ID token is not enough.
 */
export type UserinfoAnswer = {
  readonly claims: Claims;
  readonly withheld: (Withheld & { readonly refusal: Error }) | null;
};

/**
 * Asks for userinfo. If the provider denies userinfo or cannot answer, returns the ID token's claims with the reason,
 * because they may be enough.
 *
 * @throws ProtocolRefusal when the answer is not valid
 */
export async function askUserinfo(...request: Parameters<typeof addUserinfo>): Promise<UserinfoAnswer> {
  try {
    return { claims: await addUserinfo(...request), withheld: null };
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    const isDenied = error instanceof UserinfoDenied;
    if (!isDenied && !saysOutOfOrder(error)) throw error;
    return { claims: request[0], withheld: { reason: error.detail ?? error.code, isDenied, refusal: error } };
  }
}

class UserinfoDenied extends ProtocolRefusal<OidcRefusalCode> {}

/**
 * Asks for userinfo and adds the claims that the ID token lacks.
 *
 * @throws ProtocolRefusal `OIDC_USERINFO_INVALID`, `OIDC_USERINFO_SUBJECT_MISMATCH`, and what `requestJson` throws
 */
async function addUserinfo(
  claims: Claims,
  endpoint: string,
  accessToken: string,
  surroundings: Surroundings,
): Promise<Claims> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const { status, body } = await requestJson(surroundings, "the userinfo endpoint", endpoint, { headers }, true);
  if (saysDenied(status))
    throw new UserinfoDenied("OIDC_USERINFO_INVALID", `the userinfo endpoint answered status ${status}`);
  if (status >= 500) return refuse("OIDC_PROVIDER_UNAVAILABLE", `the userinfo endpoint answered status ${status}`);
  if (status !== 200 || !isObject(body))
    return refuse("OIDC_USERINFO_INVALID", `status ${status}, ${isObject(body) ? "an object" : "not an object"}`);
  // Without this check, one person could get the address of another person (Core 5.3.2).
  if (body["sub"] !== claims["sub"]) return refuse("OIDC_USERINFO_SUBJECT_MISMATCH");
  return mergeClaims(claims, body);
}

/** The ID token's claims, and userinfo's claims that the ID token lacks. */
function mergeClaims(claims: Claims, userinfo: Claims): Claims {
  const merged = new Map(Object.entries(claims));
  for (const [name, value] of Object.entries(userinfo))
    if (!PROTOCOL_CLAIMS.has(name) && !merged.has(name)) merged.set(name, value);
  // email_verified is about the address in the same claims (Core 5.1), so it comes from the same source as the address.
  const isUserinfosAddress =
    claims["email"] === undefined || (claims["email_verified"] === undefined && claims["email"] === userinfo["email"]);
  const { email_verified: verified } = isUserinfosAddress ? userinfo : claims;
  if (verified === undefined) merged.delete("email_verified");
  else merged.set("email_verified", verified);
  return Object.fromEntries(merged);
}
