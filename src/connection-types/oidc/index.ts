/** The connection type for any OpenID Connect provider (Core 1.0, authorization code flow). */
import {
  CONTRACT_VERSION,
  boundProfile,
  defineConnectionType,
  type NormalizedProfile,
  type ProfileField,
} from "../../connection/contract/index.js";
import {
  checkOneEmail,
  composeLogout,
  composeOpenId,
  createAssertionKeys,
  flattenClaims,
  issuersFoundAt,
  needsUserinfo,
  readPerson,
  type ClaimNames,
  type ClaimTexts,
  type OpenedOpenId,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { checkOidcSettings, OIDC_SETTINGS, type OidcSettings } from "./settings.js";

const openId = composeOpenId<OidcSettings>({
  labels: {
    redirectUrl: "Redirect URI (callback URL, sign-in redirect URI)",
    signOnUrl: "Initiate login URI (start URL, portal tile)",
    logoutUrl: "Sign-out redirect URI (post logout redirect URI)",
    backChannelLogoutUrl: "Back-channel logout URL",
    jwksUrl: "JWKS URL (public keys, for private_key_jwt alone)",
  },
  provider: ({ discoveryUrl, issuer, allowCrossHostEndpoints, ...settings }) =>
    discoveryUrl !== null
      ? { address: discoveryUrl, issuer, allowCrossHostEndpoints }
      : {
          // These four settings are never `null` here, because `check` requires them before Usher opens a connection.
          issuer: issuer ?? "",
          authorizationEndpoint: settings.authorizationEndpoint ?? "",
          tokenEndpoint: settings.tokenEndpoint ?? "",
          jwksUri: settings.jwksUri ?? "",
          userinfoEndpoint: settings.userinfoEndpoint,
          endSessionEndpoint: settings.endSessionEndpoint,
        },
  rules: (settings, { mappedClaims = [] }) => {
    const { clientAuthentication, assertionAudience, scopes, pkce, signingAlgorithms: algorithms } = settings;
    const { loginHint, domainHint, prompt, acrValues } = settings;
    const names = claimNamesOf(settings);
    return {
      clientAuthentication,
      assertionAudience,
      scopes,
      pkce,
      hints: { loginHint, domainHint, prompt, acrValues },
      authentication: { maxAgeSeconds: settings.maxAgeSeconds, requiredAcr: settings.requiredAcr ?? [] },
      algorithms,
      trustedAudiences: settings.trustedAudiences ?? [],
      checkPerson: (claims) => checkOneEmail(claims, names),
      needsUserinfo: (claims) => needsUserinfo(claims, { names, scopes, mappedClaims }),
      goesOnWithoutUserinfo: true,
    };
  },
});

export const oidc = defineConnectionType<typeof OIDC_SETTINGS, OpenedOpenId<OidcSettings>, VerifiedSignIn>({
  ...openId,
  id: "oidc",
  name: "OpenID Connect",
  description: "Any identity provider that speaks OpenID Connect, such as Okta, Auth0, Keycloak, Ping or OneLogin.",
  guide: "docs/administrators/oidc.md",
  contractVersion: CONTRACT_VERSION,
  settingsVersion: 1,
  upgrade: (stored) => stored,
  settings: OIDC_SETTINGS,
  check: checkOidcSettings,
  clientKeys: {
    isUsed: ({ clientAuthentication }) => clientAuthentication === "private_key_jwt",
    createKeys: createAssertionKeys,
  },
  issuer: ({ discoveryUrl, issuer }) => {
    if (issuer !== null) return { kind: "named", issuers: [issuer] };
    return discoveryUrl === null ? { kind: "open" } : { kind: "named", issuers: issuersFoundAt(discoveryUrl) };
  },
  normalize,
  logout: composeLogout<OidcSettings>(({ signingAlgorithms: algorithms, trustedAudiences, logoutAtProvider }) => ({
    algorithms,
    trustedAudiences: trustedAudiences ?? [],
    atProvider: logoutAtProvider,
  })),
});

function claimNamesOf(settings: OidcSettings): ClaimNames {
  return {
    email: settings.emailClaim,
    firstName: settings.firstNameClaim,
    lastName: settings.lastNameClaim,
    employeeId: settings.employeeIdClaim,
    groups: settings.groupsClaim,
  };
}

/** The standard claims of profile fields (OpenID Connect Core 1.0, section 5.1). Mappings fill the other fields. */
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
  // If userinfo could not answer, the person may be in groups that the ID token does not name.
  const isCutOff = withheld?.isDenied === false && person.groups.kind === "silent";
  return boundProfile({
    issuer,
    subject,
    ...person,
    ...(isCutOff && { groups: { kind: "unknown", reason: withheld.reason } }),
    ...(withheld && { withheld: withheld.reason }),
    profile: readProfile(attributes),
    sources: { ...PROFILE_CLAIMS, ...person.sources },
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
