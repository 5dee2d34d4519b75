/** For tests: the application's functions for the connection type, and settings to change. */
import type { Runtime } from "../../../src/connection/contract/index.js";
import type { OidcSettings } from "../../../src/connection-types/oidc/settings.js";
import type { HostileOpenIdProvider } from "../../support/providers/hostile-openid/index.js";
import { CALLBACK_URL, RULES } from "../../protocols/oidc/driver.js";

export const RUNTIME: Runtime = {
  connectionId: "connection-1",
  addresses: {
    startUrl: "http://localhost:4000/sso/connection-1/start",
    callbackUrl: CALLBACK_URL,
    acsUrl: "http://localhost:4000/sso/connection-1/acs",
    metadataUrl: "http://localhost:4000/sso/connection-1/metadata",
    logoutUrl: "http://localhost:4000/sso/connection-1/logout",
    backChannelLogoutUrl: "http://localhost:4000/sso/connection-1/backchannel-logout",
    jwksUrl: "http://localhost:4000/sso/connection-1/jwks",
  },
  fetch,
  now: () => new Date(),
  urls: RULES,
};

/** A connection with discovery. All other settings have their defaults. */
export const SETTINGS: OidcSettings = {
  discoveryUrl: "https://id.example.com",
  issuer: null,
  authorizationEndpoint: null,
  tokenEndpoint: null,
  userinfoEndpoint: null,
  jwksUri: null,
  endSessionEndpoint: null,
  allowCrossHostEndpoints: false,
  clientId: "usher",
  clientSecret: "secret",
  clientSecretExpiresAt: null,
  scopes: ["openid", "profile", "email"],
  pkce: true,
  signingAlgorithms: ["RS256"],
  trustedAudiences: null,
  clientAuthentication: "client_secret_basic",
  assertionAudience: "ISSUER",
  loginHint: true,
  domainHint: null,
  prompt: null,
  acrValues: null,
  maxAgeSeconds: null,
  requiredAcr: null,
  emailClaim: null,
  firstNameClaim: null,
  lastNameClaim: null,
  employeeIdClaim: null,
  groupsClaim: null,
  logoutAtProvider: false,
};

/** Settings for a running provider. */
export function settingsFor(provider: HostileOpenIdProvider, changes: Partial<OidcSettings> = {}): OidcSettings {
  const { url: discoveryUrl, clientId, clientSecret } = provider;
  return { ...SETTINGS, discoveryUrl, clientId, clientSecret, ...changes };
}
