/** Checks the endpoints of a provider, which Usher discovered or an administrator entered. */
import { chooseAssertionAlgorithm } from "./client-assertion.js";
import { refuse } from "./refusals.js";
import type { AddressRules, Provider } from "./surroundings.js";

/** The endpoints of a provider before they are checked. */
export interface EndpointAddresses {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string | null;
  readonly endSessionEndpoint: string | null;
}

/** The rule for each endpoint. It depends on who requests the endpoint: a browser, or Usher itself. */
const ENDPOINT_RULES = [
  ["authorizationEndpoint", "browserUrl"],
  ["tokenEndpoint", "serverUrl"],
  ["jwksUri", "serverUrl"],
  ["userinfoEndpoint", "serverUrl"],
  ["endSessionEndpoint", "browserUrl"],
] as const satisfies readonly (readonly [keyof EndpointAddresses, keyof AddressRules])[];

/**
 * Checks every endpoint and returns all of them in normal form.
 *
 * @param onlyHost the host, with its port, that every endpoint must be on; `null` for any host
 * @throws ProtocolRefusal `OIDC_ENDPOINT_REFUSED` or `OIDC_ENDPOINT_ON_OTHER_HOST`
 */
export function checkEndpoints(
  addresses: EndpointAddresses,
  rules: AddressRules,
  onlyHost: string | null,
): EndpointAddresses {
  const checked: Record<string, string | null> = {};
  for (const [name, rule] of ENDPOINT_RULES) {
    const address = addresses[name];
    checked[name] = address === null ? null : checkEndpoint(name, address, rules[rule], onlyHost);
  }
  return checked as unknown as EndpointAddresses;
}

function checkEndpoint(name: string, address: string, rule: AddressRules["serverUrl"], onlyHost: string | null) {
  if (!URL.canParse(address)) return refuse("OIDC_ENDPOINT_REFUSED", `${name} is not an absolute address: ${address}`);
  const url = new URL(address);
  if (url.username !== "" || url.password !== "" || url.hash !== "")
    return refuse("OIDC_ENDPOINT_REFUSED", `${name} carries credentials or a fragment`);
  const refused = rule(url);
  if (refused !== null) return refuse("OIDC_ENDPOINT_REFUSED", `${name} ${address} ${refused}`);
  if (onlyHost !== null && url.host !== onlyHost)
    return refuse("OIDC_ENDPOINT_ON_OTHER_HOST", `${name} is on ${url.host}, the discovery document on ${onlyHost}`);
  return url.href;
}

/** A provider whose endpoints an administrator entered. Throws as `checkEndpoints` does. */
export function describeProvider(
  given: EndpointAddresses & { readonly issuer: string },
  rules: AddressRules,
): Provider {
  return {
    ...checkEndpoints(given, rules, null),
    issuer: given.issuer,
    namesIssuerInResponses: false,
    assertionAlgorithm: chooseAssertionAlgorithm(null),
  };
}
