/** The settings of an OpenID Connect connection, and the rules across them. */
import {
  setting,
  type DraftSettingsOf,
  type Parsed,
  type SettingIssue,
  type SettingsOf,
} from "../../connection/contract/index.js";
import { CLIENT_AUTHENTICATIONS, SIGNING_ALGORITHMS } from "../../protocols/oidc/index.js";

const MANUAL = "Only without discoveryUrl.";

export const OIDC_SETTINGS = {
  discoveryUrl: setting.url({
    label: "Discovery URL",
    help: "The provider's address, with or without /.well-known/openid-configuration at its end. It fills in all endpoints.",
    reach: "server",
    trust: true,
    receivesSecrets: true,
  }),
  issuer: setting.url({
    label: "Issuer",
    help: "The issuer, exactly as the provider writes it. With discoveryUrl it is needed only if the provider publishes its document somewhere else than at the issuer.",
    reach: "browser",
    trust: true,
  }),
  authorizationEndpoint: setting.url({
    label: "Authorization endpoint",
    help: `Where people are sent to sign in. ${MANUAL}`,
    reach: "browser",
    trust: true,
  }),
  tokenEndpoint: setting.url({
    label: "Token endpoint",
    help: `Where codes are turned into tokens. ${MANUAL}`,
    reach: "server",
    trust: true,
    receivesSecrets: true,
  }),
  userinfoEndpoint: setting.url({
    label: "Userinfo endpoint",
    help: `Asked when the ID token lacks the e-mail address, a name, or what a scope, a mapping or the groups need. ${MANUAL}`,
    reach: "server",
    trust: true,
  }),
  jwksUri: setting.url({
    label: "JWKS URI",
    help: `Where the provider publishes the keys that it signs with. ${MANUAL}`,
    reach: "server",
    trust: true,
  }),
  endSessionEndpoint: setting.url({
    label: "End session endpoint",
    help: `Where people are sent to sign out at the provider as well. ${MANUAL}`,
    reach: "browser",
    trust: true,
  }),
  allowCrossHostEndpoints: setting.toggle({
    label: "Allow endpoints on other hosts",
    help: "Accepts discovered endpoints on another host than the discovery document's. Turn it on only if the provider's documentation says that this is so.",
    default: false,
    trust: true,
    fixed: true,
  }),
  clientId: setting.text({
    label: "Client ID",
    help: "The application's id at the provider.",
    required: true,
    trust: true,
  }),
  clientSecret: setting.secret({
    label: "Client secret",
    help: "The application's secret at the provider: its value, not its id.",
    required: true,
  }),
  scopes: setting.list({
    label: "Scopes",
    help: "What to ask the provider for. openid is always asked for.",
    default: ["openid", "profile", "email"],
    longestItem: 200,
    item: parseScope,
  }),
  pkce: setting.toggle({
    label: "PKCE",
    help: "Sends an S256 code challenge. Providers that do not know it ignore it; turn it off only for one that refuses it.",
    default: true,
  }),
  signingAlgorithms: setting.choices(SIGNING_ALGORITHMS, {
    label: "Signing algorithms",
    help: "Algorithms with which the provider may sign ID tokens.",
    default: ["RS256"],
    trust: true,
  }),
  trustedAudiences: setting.list({
    label: "Trusted audiences",
    help: "Further applications that an ID token may be for (aud) beside the client ID, such as a Zitadel project or an Oracle domain's address. The token must name the client ID as the one that it was issued to (azp). Left out, a token for several applications is refused.",
    longestItem: 500,
    trust: true,
  }),
  clientAuthentication: setting.choice(CLIENT_AUTHENTICATIONS, {
    label: "Client authentication",
    help: "How the client secret is sent to the token endpoint: as HTTP Basic credentials or in the form.",
    default: "client_secret_basic",
  }),
  emailClaim: setting.text({
    label: "E-mail claim",
    help: "Left out, the usual names are tried: email, mail, emailAddress.",
  }),
  firstNameClaim: setting.text({
    label: "First name claim",
    help: "Left out, the usual names are tried: given_name, firstName, first_name.",
  }),
  lastNameClaim: setting.text({
    label: "Last name claim",
    help: "Left out, the usual names are tried: family_name, lastName, last_name, surname.",
  }),
  employeeIdClaim: setting.text({
    label: "Employee ID claim",
    help: "Left out, the usual names are tried: employee_id, employeeId, employeeNumber.",
  }),
  groupsClaim: setting.text({
    label: "Groups claim",
    help: "Left out, the usual names are tried: groups, memberOf. A claim inside another is named with dots, such as realm_access.roles.",
  }),
  logoutAtProvider: setting.toggle({
    label: "Sign out at the provider",
    help: "Signing out here sends the person to the provider's end session endpoint as well.",
    default: false,
  }),
} as const;

export type OidcSettings = SettingsOf<typeof OIDC_SETTINGS>;
type Draft = DraftSettingsOf<typeof OIDC_SETTINGS>;

const MANUAL_ENDPOINTS = [
  "authorizationEndpoint",
  "tokenEndpoint",
  "jwksUri",
  "userinfoEndpoint",
  "endSessionEndpoint",
] as const;
const NEEDED_BY_HAND = ["issuer", "authorizationEndpoint", "tokenEndpoint", "jwksUri"] as const;

/** Discovery or endpoints by hand, not both; and by hand all that is needed. */
export function checkOidcSettings(settings: Draft, complete: boolean): readonly SettingIssue[] {
  if (settings.discoveryUrl !== null)
    return MANUAL_ENDPOINTS.filter((name) => settings[name] !== null).map((name) => ({
      setting: name,
      message: "is found by discovery; send null to clear it, or clear discoveryUrl to enter all endpoints by hand",
    }));
  if (!complete) return [];
  const missing = NEEDED_BY_HAND.filter((name) => settings[name] === null);
  if (missing.length === NEEDED_BY_HAND.length)
    return [
      {
        setting: "discoveryUrl",
        message: `is needed; a provider without discovery is entered with ${NEEDED_BY_HAND.join(", ")} instead`,
      },
    ];
  const issues: SettingIssue[] = missing.map((setting) => ({
    setting,
    message: "is needed, since there is no discoveryUrl that would fill it in",
  }));
  if (settings.logoutAtProvider === true && settings.endSessionEndpoint === null)
    issues.push({ setting: "endSessionEndpoint", message: "is needed, since logoutAtProvider is on" });
  return issues;
}

/** A scope token (RFC 6749, section 3.3). */
function parseScope(value: string): Parsed<string> {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
    ? { value }
    : { issue: "must be one scope without spaces, quotes or backslashes; give each scope an entry of its own" };
}
