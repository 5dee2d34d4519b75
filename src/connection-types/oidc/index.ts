/** The connection type for any provider that speaks OpenID Connect (Core 1.0, authorization code flow). */
import {
  CONTRACT_VERSION,
  boundProfile,
  defineConnectionType,
  type NormalizedProfile,
  type ProfileField,
  type Runtime,
} from "../../connection/contract/index.js";
import {
  checkOneEmail,
  createKeySet,
  describeProvider,
  diagnoseProvider,
  discoverProvider,
  flattenClaims,
  issuersFoundAt,
  makeEndSessionUrl,
  needsUserinfo,
  OIDC_REFUSALS,
  OpenIdConnectStrategy,
  readPerson,
  type ClaimNames,
  type ClaimTexts,
  type Client,
  type DiscoverySource,
  type KeySet,
  type Provider,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { checkOidcSettings, OIDC_SETTINGS, type OidcSettings } from "./settings.js";

/** A provider that was discovered, and the keys it signs with, which are fetched when first needed. */
export interface OpenedOidc {
  readonly settings: OidcSettings;
  readonly provider: Provider;
  readonly keys: KeySet;
}

export const oidc = defineConnectionType<typeof OIDC_SETTINGS, OpenedOidc, VerifiedSignIn>({
  id: "oidc",
  name: "OpenID Connect",
  description: "Any identity provider that speaks OpenID Connect, such as Okta, Auth0, Keycloak, Ping or OneLogin.",
  guide: "docs/administrators/oidc.md",
  contractVersion: CONTRACT_VERSION,
  settingsVersion: 1,
  upgrade: (stored) => stored,
  binding: "redirect",
  settings: OIDC_SETTINGS,
  refusals: OIDC_REFUSALS,
  check: checkOidcSettings,
  serviceProvider: ({ callbackUrl, startUrl, logoutUrl }) => [
    { name: "redirectUrl", label: "Redirect URI (callback URL, sign-in redirect URI)", value: callbackUrl },
    { name: "signOnUrl", label: "Initiate login URI (start URL, portal tile)", value: startUrl },
    { name: "logoutUrl", label: "Sign-out redirect URI (post logout redirect URI)", value: logoutUrl },
  ],
  issuer: ({ discoveryUrl, issuer }) => {
    if (issuer !== null) return { kind: "named", issuers: [issuer] };
    return discoveryUrl === null ? { kind: "open" } : { kind: "named", issuers: issuersFoundAt(discoveryUrl) };
  },
  open: async (settings, runtime) => {
    const source = describeSource(settings, runtime);
    const provider = "discovery" in source ? await discoverProvider(source.discovery, runtime) : source.provider();
    return { settings, provider, keys: createKeySet(provider.jwksUri, runtime) };
  },
  strategy: ({ settings, provider, keys }, runtime) =>
    new OpenIdConnectStrategy({
      provider,
      keys,
      client: describeClient(settings, runtime),
      scopes: settings.scopes,
      pkce: settings.pkce,
      algorithms: settings.signingAlgorithms,
      trustedAudiences: settings.trustedAudiences ?? [],
      surroundings: runtime,
      checkPerson: (claims) => checkOneEmail(claims, claimNamesOf(settings)),
      needsUserinfo: (claims) =>
        needsUserinfo(claims, {
          names: claimNamesOf(settings),
          scopes: settings.scopes,
          mappedClaims: runtime.mappedClaims ?? [],
        }),
      goesOnWithoutUserinfo: true,
    }),
  normalize,
  diagnose: (settings, runtime) =>
    diagnoseProvider(
      {
        source: describeSource(settings, runtime),
        client: describeClient(settings, runtime),
        pkce: settings.pkce,
        algorithms: settings.signingAlgorithms,
      },
      runtime,
    ),
  signOutUrl: ({ settings, provider }, runtime) =>
    settings.logoutAtProvider
      ? makeEndSessionUrl(provider, describeClient(settings, runtime), runtime.addresses.logoutUrl)
      : null,
});

/** Where the provider's endpoints come from: discovery, or the administrator. */
function describeSource(
  settings: OidcSettings,
  { urls }: Runtime,
): { readonly discovery: DiscoverySource } | { readonly provider: () => Provider } {
  const { discoveryUrl, issuer, allowCrossHostEndpoints } = settings;
  if (discoveryUrl !== null)
    return { discovery: { address: discoveryUrl, issuer, allowCrossHostEndpoints, rules: urls } };
  // `check` has seen to it that these four are there before a connection is opened.
  const given = {
    issuer: issuer ?? "",
    authorizationEndpoint: settings.authorizationEndpoint ?? "",
    tokenEndpoint: settings.tokenEndpoint ?? "",
    jwksUri: settings.jwksUri ?? "",
    userinfoEndpoint: settings.userinfoEndpoint,
    endSessionEndpoint: settings.endSessionEndpoint,
  };
  return { provider: () => describeProvider(given, urls) };
}

function describeClient(settings: OidcSettings, { addresses }: Runtime): Client {
  return {
    id: settings.clientId,
    secret: settings.clientSecret,
    authentication: settings.clientAuthentication,
    redirectUri: addresses.callbackUrl,
  };
}

function claimNamesOf(settings: OidcSettings): ClaimNames {
  return {
    email: settings.emailClaim,
    firstName: settings.firstNameClaim,
    lastName: settings.lastNameClaim,
    employeeId: settings.employeeIdClaim,
    groups: settings.groupsClaim,
  };
}

/** Standard claims that fill profile fields (OpenID Connect Core 1.0, section 5.1); mappings fill the others. */
const PROFILE_CLAIMS: Readonly<Partial<Record<ProfileField, string>>> = {
  phone: "phone_number",
  streetAddress: "address.street_address",
  city: "address.locality",
  state: "address.region",
  zipCode: "address.postal_code",
  locale: "locale",
  timeZone: "zoneinfo",
};

function normalize({ issuer, subject, claims, withheld }: VerifiedSignIn, settings: OidcSettings): NormalizedProfile {
  const attributes = flattenClaims(claims);
  const person = readPerson(claims, attributes, claimNamesOf(settings));
  // Userinfo that could not answer does not say that the person is in no group.
  const isCutOff = withheld?.isDenied === false && person.groups.kind === "silent";
  return boundProfile({
    issuer,
    subject,
    ...person,
    ...(isCutOff && { groups: { kind: "unknown", reason: withheld.reason } }),
    ...(withheld && { withheld: withheld.reason }),
    profile: readProfile(attributes),
    attributes,
  });
}

function readProfile(attributes: ClaimTexts): NormalizedProfile["profile"] {
  const profile: Partial<Record<ProfileField, string>> = {};
  for (const [field, claim] of Object.entries(PROFILE_CLAIMS)) {
    const value = attributes[claim]?.[0]?.trim();
    if (value) profile[field as ProfileField] = value;
  }
  return profile;
}
