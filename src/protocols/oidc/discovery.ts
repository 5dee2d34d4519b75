/** Discovery of a provider's issuer and endpoints (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3). */
import { chooseAssertionAlgorithm } from "./client-assertion.js";
import { checkEndpoints, type EndpointAddresses } from "./endpoints.js";
import { refuse } from "./refusals.js";
import { isObject, requestJson, saysNotFound, saysOutOfOrder } from "./request-json.js";
import type { AddressRules, Provider, Surroundings } from "./surroundings.js";

const WELL_KNOWN = "/.well-known/openid-configuration";

/** Where the discovery document is, and what it must name. */
export interface DiscoverySource {
  /** The provider's base address, or the full address of its document. */
  readonly address: string;
  /** The issuer that the document must name; `null` for the issuer that the address implies. */
  readonly issuer: string | null;
  /** Whether endpoints may be on a different host than the document. */
  readonly allowCrossHostEndpoints: boolean;
  readonly rules: AddressRules;
}

/** A fetched document, not checked yet. */
export interface DiscoveryDocument {
  readonly address: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The provider's clock; `null` if its answer had no `Date` header. */
  readonly date: Date | null;
}

/** Returns the document's address, whether the administrator entered that address or the provider's base address. */
export function locateDiscoveryDocument(address: string): string {
  const url = new URL(address);
  if (!url.pathname.includes("/.well-known/")) url.pathname = url.pathname.replace(/\/+$/, "") + WELL_KNOWN;
  return url.href;
}

/**
 * Returns the issuer that a document's address implies, without a slash at its end. The issuer is the part before
 * `/.well-known/…` (Discovery 4.1). For RFC 8414 addresses, the part after the document's name is added.
 */
export function issuerImpliedBy(documentAddress: string): string {
  const url = new URL(documentAddress);
  const path = url.pathname.replace(/\/\.well-known\/[^/]+/, "");
  return url.origin + path.replace(/\/+$/, "");
}

/**
 * Returns the issuers that a document may name if no administrator entered one. The address may be a base address or a
 * full one.
 */
export function issuersFoundAt(address: string): readonly string[] {
  const implied = issuerImpliedBy(locateDiscoveryDocument(address));
  return [implied, `${implied}/`];
}

/** Fetches the document. Throws what `requestJson` throws, and `OIDC_DISCOVERY_INVALID`. */
export async function fetchDiscoveryDocument(
  address: string,
  rules: AddressRules,
  surroundings: Surroundings,
): Promise<DiscoveryDocument> {
  const location = locateDiscoveryDocument(address);
  const refused = rules.serverUrl(new URL(location));
  if (refused !== null) return refuse("OIDC_ENDPOINT_REFUSED", `discoveryUrl ${location} ${refused}`);
  const answer = await requestJson(surroundings, "the discovery document", location);
  if (saysNotFound(answer.status))
    return refuse("OIDC_ENDPOINT_NOT_FOUND", `the discovery document at ${location} answered status ${answer.status}`);
  if (answer.status >= 500) return refuse("OIDC_PROVIDER_UNAVAILABLE", `${location} answered status ${answer.status}`);
  if (answer.status !== 200) return refuse("OIDC_DISCOVERY_INVALID", `${location} answered status ${answer.status}`);
  if (!isObject(answer.body)) return refuse("OIDC_DISCOVERY_INVALID", `${location} is JSON, but not an object`);
  return { address: location, values: answer.body, date: answer.date };
}

/**
 * Checks that the document names exactly the expected issuer (Discovery 4.3). Without an expected issuer, the address
 * implies one. The address does not say whether the issuer ends with a slash (Discovery 4.1), so the document may name
 * either form. The ID token must then have the form that the document names.
 */
export function checkDiscoveredIssuer(document: DiscoveryDocument, expected: string | null): string {
  const { issuer } = document.values;
  if (typeof issuer !== "string" || issuer === "")
    return refuse("OIDC_DISCOVERY_INVALID", `${document.address} names no issuer`);
  const acceptable = expected === null ? issuersFoundAt(document.address) : [expected];
  if (!acceptable.includes(issuer))
    return refuse("OIDC_DISCOVERY_ISSUER_MISMATCH", `the document names ${issuer}, expected was ${acceptable[0]}`);
  return issuer;
}

export function readDiscoveredEndpoints(document: DiscoveryDocument, source: DiscoverySource): EndpointAddresses {
  const found: EndpointAddresses = {
    authorizationEndpoint: requireText(document, "authorization_endpoint"),
    tokenEndpoint: requireText(document, "token_endpoint"),
    jwksUri: requireText(document, "jwks_uri"),
    userinfoEndpoint: readText(document, "userinfo_endpoint"),
    endSessionEndpoint: readText(document, "end_session_endpoint"),
  };
  return checkEndpoints(found, source.rules, source.allowCrossHostEndpoints ? null : new URL(document.address).host);
}

/**
 * Discovers a provider. While the provider does not answer, checks and uses the last stored document.
 *
 * @throws ProtocolRefusal for everything that a provider can get wrong
 */
export async function discoverProvider(source: DiscoverySource, surroundings: Surroundings): Promise<Provider> {
  let document: DiscoveryDocument;
  try {
    document = await fetchDiscoveryDocument(source.address, source.rules, surroundings);
  } catch (error) {
    const recalled = saysOutOfOrder(error) ? recallDocument(source.address, surroundings) : null;
    if (recalled === null) throw error;
    return readProvider(recalled, source);
  }
  const provider = readProvider(document, source);
  await keepDocument(document, surroundings);
  return provider;
}

const NAME = "discovery";
const READ_MEMBERS = [
  "issuer",
  "authorization_endpoint",
  "token_endpoint",
  "jwks_uri",
  "userinfo_endpoint",
  "end_session_endpoint",
  "authorization_response_iss_parameter_supported",
  "token_endpoint_auth_signing_alg_values_supported",
];

async function keepDocument({ address, values }: DiscoveryDocument, { memory }: Surroundings): Promise<void> {
  const read = Object.fromEntries(READ_MEMBERS.map((name) => [name, values[name]]));
  await memory?.keep(NAME, { address, document: JSON.stringify(read) });
}

/** The last stored document of an address; `null` if none is stored. */
function recallDocument(address: string, { memory }: Surroundings): DiscoveryDocument | null {
  const { address: location, document } = memory?.recall(NAME)?.facts ?? {};
  if (location !== locateDiscoveryDocument(address) || typeof document !== "string") return null;
  const values: unknown = JSON.parse(document);
  return isObject(values) ? { address: location, values, date: null } : null;
}

/** Checks a document and returns the provider that it describes. */
export function readProvider(document: DiscoveryDocument, source: DiscoverySource): Provider {
  const issuer = checkDiscoveredIssuer(document, source.issuer);
  return {
    issuer,
    ...readDiscoveredEndpoints(document, source),
    namesIssuerInResponses: document.values["authorization_response_iss_parameter_supported"] === true,
    assertionAlgorithm: chooseAssertionAlgorithm(
      readList(document, "token_endpoint_auth_signing_alg_values_supported"),
    ),
  };
}

/** A list of texts in a discovery document; `null` if it has none. */
export function readList(document: DiscoveryDocument, name: string): readonly string[] | null {
  const value = document.values[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : null;
}

function readText(document: DiscoveryDocument, name: string): string | null {
  const value = document.values[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || value === "")
    return refuse("OIDC_DISCOVERY_INVALID", `${name} in ${document.address} is not a text`);
  return value;
}

function requireText(document: DiscoveryDocument, name: string): string {
  return readText(document, name) ?? refuse("OIDC_DISCOVERY_INVALID", `${document.address} has no ${name}`);
}
