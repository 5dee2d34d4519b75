/** The settings of an OpenID Connect connection, and the rules across them. */
import {
  maxAgeSeconds,
  requiredAcr,
  setting,
  type DraftSettingsOf,
  type Parsed,
  type SettingIssue,
  type SettingsOf,
} from "../../connection/contract/index.js";
import {
  ACR_VALUES,
  ASSERTION_AUDIENCES,
  CLIENT_AUTHENTICATIONS,
  DOMAIN_HINT,
  PROMPTS,
  SIGNING_ALGORITHMS,
} from "../../protocols/oidc/index.js";

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
    help: "The issuer, exactly as the provider writes it. With discoveryUrl, it is needed only if the provider publishes its document at a different address than the issuer.",
    reach: "browser",
    trust: true,
  }),
  authorizationEndpoint: setting.url({
    label: "Authorization endpoint",
    help: `Where Usher redirects people to sign in. ${MANUAL}`,
    reach: "browser",
    trust: true,
  }),
  tokenEndpoint: setting.url({
    label: "Token endpoint",
    help: `Where Usher redeems codes for tokens. ${MANUAL}`,
    reach: "server",
    trust: true,
    receivesSecrets: true,
  }),
  userinfoEndpoint: setting.url({
    label: "Userinfo endpoint",
    help: `Usher asks it if the ID token lacks the e-mail address, a name, the groups, or a claim of a scope or mapping. ${MANUAL}`,
    reach: "server",
    trust: true,
  }),
  jwksUri: setting.url({
    label: "JWKS URI",
    help: `Where the provider publishes its signing keys. ${MANUAL}`,
    reach: "server",
    trust: true,
  }),
  endSessionEndpoint: setting.url({
    label: "End session endpoint",
    help: `Where Usher redirects people to sign out at the provider as well. ${MANUAL}`,
    reach: "browser",
    trust: true,
  }),
  allowCrossHostEndpoints: setting.toggle({
    label: "Allow endpoints on other hosts",
    help: "Accepts discovered endpoints that are on a different host than the discovery document. Turn it on only if the provider's documentation says that it uses several hosts.",
    default: false,
    trust: true,
    fixed: true,
  }),
  clientId: setting.text({
    label: "Client ID",
    help: "The application's ID at the provider.",
    required: true,
    trust: true,
  }),
  clientSecret: setting.secret({
    label: "Client secret",
    help: "The application's secret at the provider: its value, not its ID.",
    required: true,
    requiredUnless: { setting: "clientAuthentication", value: "private_key_jwt" },
  }),
  clientSecretExpiresAt: setting.time({
    label: "Client secret expires",
    help: "When the secret expires, as the provider shows it. Usher warns the administrators 60, 30, 7 and 1 days before. A new client secret without a date clears it.",
  }),
  scopes: setting.list({
    label: "Scopes",
    help: "The scopes that Usher requests. openid is always among them.",
    default: ["openid", "profile", "email"],
    longestItem: 200,
    item: parseScope,
  }),
  pkce: setting.toggle({
    label: "PKCE",
    help: "Sends an S256 code challenge. Providers that do not support it ignore it. Turn it off only for a provider that refuses it.",
    default: true,
  }),
  signingAlgorithms: setting.choices(SIGNING_ALGORITHMS, {
    label: "Signing algorithms",
    help: "The algorithms with which the provider may sign ID tokens.",
    default: ["RS256"],
    trust: true,
  }),
  trustedAudiences: setting.list({
    label: "Trusted audiences",
    help: "Further applications that an ID token may be for (aud) in addition to the client ID, such as a Zitadel project or an Oracle domain's address. The token's azp must then be the client ID. Left out, Usher refuses a token for several applications.",
    longestItem: 500,
    trust: true,
  }),
  clientAuthentication: setting.choice(CLIENT_AUTHENTICATIONS, {
    label: "Client authentication",
    help: "How Usher authenticates at the token endpoint: with the client secret as HTTP Basic credentials, with the client secret in the form, or with a signature of a key that Usher makes for this connection.",
    default: "client_secret_basic",
  }),
  assertionAudience: setting.choice(ASSERTION_AUDIENCES, {
    label: "Audience of signatures",
    help: "With private_key_jwt, Usher's signature names its receiver. The standard demands the issuer. Okta and older providers demand the token endpoint.",
    default: "ISSUER",
  }),
  loginHint: setting.toggle({
    label: "Pass the e-mail address on",
    help: "The provider gets the address that the person entered before (login_hint), so that the person need not enter it again.",
    default: true,
  }),
  domainHint: setting.text({
    label: "Domain hint",
    help: "A domain such as acme.com, for a provider that leads people of a domain to their own sign-in page (domain_hint).",
    pattern: DOMAIN_HINT,
  }),
  prompt: setting.choice(PROMPTS, {
    label: "Prompt",
    help: "What the provider asks for at every sign-in: the password, consent, or the choice of an account. Left out, the provider asks only if it must. none is not possible, because the provider would refuse everyone who is not signed in there.",
  }),
  acrValues: setting.text({
    label: "Authentication context classes",
    help: "The classes (acr_values) that the provider should authenticate people with, separated by spaces, the preferred one first. The provider may use a different one.",
    pattern: ACR_VALUES,
  }),
  maxAgeSeconds: maxAgeSeconds("Usher sends max_age, and requires the claim auth_time."),
  requiredAcr: requiredAcr("the claim acr"),
  emailClaim: setting.text({
    label: "E-mail claim",
    help: "Left out, Usher tries the usual names: email, mail, emailAddress.",
  }),
  firstNameClaim: setting.text({
    label: "First name claim",
    help: "Left out, Usher tries the usual names: given_name, firstName, first_name.",
  }),
  lastNameClaim: setting.text({
    label: "Last name claim",
    help: "Left out, Usher tries the usual names: family_name, lastName, last_name, surname.",
  }),
  employeeIdClaim: setting.text({
    label: "Employee ID claim",
    help: "Left out, Usher tries the usual names: employee_id, employeeId, employeeNumber.",
  }),
  groupsClaim: setting.text({
    label: "Groups claim",
    help: "Left out, Usher tries the usual names: groups, memberOf. A claim inside another is named with dots, such as realm_access.roles.",
  }),
  logoutAtProvider: setting.toggle({
    label: "Sign out at the provider",
    help: "After a sign-out here, Usher redirects the person to the provider's end session endpoint.",
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

/** Requires either a discovery address, or all endpoints that a sign-in needs, entered by an administrator. */
export function checkOidcSettings(settings: Draft, complete: boolean): readonly SettingIssue[] {
  if (settings.discoveryUrl !== null)
    return MANUAL_ENDPOINTS.filter((name) => settings[name] !== null).map((name) => ({
      setting: name,
      message: "is found by discovery; send null to clear it, or clear discoveryUrl to enter all endpoints yourself",
    }));
  if (!complete) return [];
  const missing = NEEDED_BY_HAND.filter((name) => settings[name] === null);
  if (missing.length === NEEDED_BY_HAND.length)
    return [
      {
        setting: "discoveryUrl",
        message: `is needed; for a provider without discovery, enter ${NEEDED_BY_HAND.join(", ")} instead`,
      },
    ];
  const issues: SettingIssue[] = missing.map((setting) => ({
    setting,
    message: "is needed without discoveryUrl",
  }));
  if (settings.logoutAtProvider === true && settings.endSessionEndpoint === null)
    issues.push({ setting: "endSessionEndpoint", message: "is needed, since logoutAtProvider is on" });
  return issues;
}

/** Accepts one scope (a scope token, RFC 6749, section 3.3). */
function parseScope(value: string): Parsed<string> {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
    ? { value }
    : { issue: "must be one scope without spaces, quotes or backslashes; enter each scope separately" };
}
