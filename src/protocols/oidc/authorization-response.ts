/**
 * Reads the provider's answer, which the browser brings back (RFC 6749, section 4.1.2; RFC 9207). The caller has found
 * the flow by its state, and has checked that the same browser started it. The order matters:
 *
 * check the issuer → use the flow up → read the answer
 *
 * In this order, an answer of a different provider cannot use up a pending sign-in, and Usher never reads such an
 * answer.
 */
import type { ReturnExchange } from "../exchange.js";
import { interpretProviderError } from "./provider-errors.js";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import type { TenantIssuers } from "./relying-party.js";
import type { Provider } from "./surroundings.js";

const LONGEST_CODE = 8_192;

/**
 * Uses the flow up and returns the authorization code.
 *
 * @throws ProtocolRefusal `OIDC_RESPONSE_ISSUER_MISMATCH`, `OIDC_RESPONSE_ISSUER_MISSING`, `OIDC_FLOW_ALREADY_USED`,
 *   `OIDC_RESPONSE_INVALID`, or the code for the provider's error
 */
export async function acceptAuthorizationResponse(
  { parameters, flow }: ReturnExchange,
  provider: Provider,
  tenantIssuers?: TenantIssuers,
): Promise<string> {
  checkResponseIssuer(parameters["iss"], provider, tenantIssuers);
  if (!(await flow.consume())) return refuse("OIDC_FLOW_ALREADY_USED");
  if (parameters["error"] !== undefined)
    throw interpretProviderError(parameters["error"], parameters["error_description"], true);
  const code = parameters["code"];
  if (code === undefined || code === "" || code.length > LONGEST_CODE) return refuse("OIDC_RESPONSE_INVALID");
  return code;
}

/** Prevents one provider from answering at the redirect URI of another (RFC 9207, section 2.4). */
function checkResponseIssuer(issuer: string | undefined, provider: Provider, tenantIssuers?: TenantIssuers): void {
  if (issuer === undefined) {
    if (provider.namesIssuerInResponses) refuse("OIDC_RESPONSE_ISSUER_MISSING");
  } else if (tenantIssuers === undefined ? issuer !== provider.issuer : !tenantIssuers.includes(issuer)) {
    refuse("OIDC_RESPONSE_ISSUER_MISMATCH", `iss is ${quote(issuer)}, expected was ${provider.issuer}`);
  }
}
