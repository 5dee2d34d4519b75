/**
 * The refusals of OpenID Connect sign-in, by code. Each has a safe sentence for the person, and a remedy for the
 * administrator. Neither contains a provider's text.
 */
import { defineRefusals, type Refuse } from "../refusal.js";

const TRY_AGAIN = "Please start the sign-in again.";
const ASK = "Please tell your administrator.";
const MISCONFIGURED = `Your company's sign-in service and this application are not set up to fit together. ${ASK}`;
const UNTRUSTED = `The answer of your company's sign-in service could not be trusted. ${ASK}`;
const UNAVAILABLE =
  "Your company's sign-in service cannot be reached at the moment. Please try again in a few minutes.";

const defined = defineRefusals("OIDC_", {
  OIDC_PROVIDER_UNREACHABLE: {
    message: UNAVAILABLE,
    remedy:
      "The provider did not answer. Check the address in the settings. It needs a public DNS name and a valid certificate, and this installation must be able to reach it. For a provider inside the company network, the operator adds its host to USHER_ALLOWED_PRIVATE_HOSTS.",
    fault: "PROVIDER",
  },
  OIDC_PROVIDER_TIMEOUT: {
    message: UNAVAILABLE,
    remedy:
      "The provider took too long to answer. Look at its status page. If the provider works, check the network between it and this installation.",
    fault: "PROVIDER",
  },
  OIDC_PROVIDER_UNAVAILABLE: {
    message: UNAVAILABLE,
    remedy: "The provider reported a failure of its own. Look at its status page and logs, and try again.",
    fault: "PROVIDER",
  },
  OIDC_CERTIFICATE_REFUSED: {
    message: UNAVAILABLE,
    remedy:
      "The provider's TLS certificate is expired, for a different name, or not trusted; the attempt's detail says which. Renew it at the provider, with its intermediate certificates. For a company's own authority, the operator sets NODE_EXTRA_CA_CERTS.",
    fault: "PROVIDER",
  },
  OIDC_ANSWER_REDIRECT: {
    message: MISCONFIGURED,
    remedy:
      "An endpoint answered with a redirect, which Usher never follows. If the new address is the provider's own, enter it. If it is a sign-in page, a portal or proxy protects the endpoint: let this installation pass.",
    fault: "PROVIDER",
  },
  OIDC_ANSWER_TOO_LARGE: {
    message: MISCONFIGURED,
    remedy:
      "An endpoint answered more than 512 KiB. Check that the address is the provider's endpoint, and not a page or a download. If it is the userinfo or token endpoint, let the provider send fewer claims and groups.",
  },
  OIDC_ANSWER_NOT_JSON: {
    message: MISCONFIGURED,
    remedy:
      "An endpoint answered something other than JSON, usually a web page. Check the address: the provider's document is at the discovery address, followed by /.well-known/openid-configuration. A page of a firewall or proxy looks the same.",
    fault: "PROVIDER",
  },
  OIDC_ENDPOINT_NOT_FOUND: {
    message: MISCONFIGURED,
    remedy:
      "The provider answered 404 or 410: nothing is at the address in the attempt's detail. Compare it with the address that the provider shows. Usher adds /.well-known/openid-configuration to a discoveryUrl that lacks it. For a provider without discovery, enter issuer, authorizationEndpoint, tokenEndpoint and jwksUri instead.",
    fault: "PROVIDER",
  },
  OIDC_DISCOVERY_INVALID: {
    message: MISCONFIGURED,
    remedy:
      "A value of the discovery document is missing or has the wrong form; the attempt's detail names it. Open the discovery address in a browser and compare. For a provider with an incomplete document, enter issuer, authorizationEndpoint, tokenEndpoint and jwksUri instead of discoveryUrl.",
    fault: "PROVIDER",
  },
  OIDC_DISCOVERY_ISSUER_MISMATCH: {
    message: MISCONFIGURED,
    remedy:
      "The discovery document names a different issuer than the discovery address. Use the discovery address of the issuer. If the provider publishes its document elsewhere on purpose, set issuer to exactly the value in the document. A document whose issuer contains {tenantid} is Microsoft's shared one: use the address with your tenant's ID.",
    fault: "PROVIDER",
  },
  OIDC_ENDPOINT_REFUSED: {
    message: MISCONFIGURED,
    remedy:
      "Usher may not use an endpoint of the provider. It must begin with https:// and be on a public address. For a provider inside the company network, the operator adds its host to USHER_ALLOWED_PRIVATE_HOSTS.",
    fault: "PROVIDER",
  },
  OIDC_ENDPOINT_ON_OTHER_HOST: {
    message: MISCONFIGURED,
    remedy:
      "The discovery document names an endpoint on a different host. If the provider's documentation confirms it, set allowCrossHostEndpoints to true before you activate the connection for the first time.",
    fault: "PROVIDER",
  },
  OIDC_KEYS_INVALID: {
    message: UNTRUSTED,
    remedy:
      "The provider's key document (jwksUri) is not a list of public keys. Open it in a browser, and check jwksUri or the provider's key settings.",
    fault: "PROVIDER",
  },
  OIDC_KEY_UNKNOWN: {
    message: UNTRUSTED,
    remedy:
      "The ID token was signed with a key that the provider does not publish. If the provider rotated its keys just now, wait half a minute and try again. If not, jwksUri does not belong to this provider.",
    fault: "PROVIDER",
  },
  OIDC_KEY_REFUSED: {
    message: UNTRUSTED,
    remedy:
      "The ID token was signed with a key that Usher never accepts: RSA with fewer than 2048 bits, a symmetric key, or a key whose private part is published. Let the provider sign with a new RSA key of at least 2048 bits or an elliptic curve key.",
    fault: "PROVIDER",
  },
  OIDC_RESPONSE_ISSUER_MISMATCH: {
    message: `The answer came from a different sign-in service than the one that you were sent to. ${TRY_AGAIN}`,
    remedy:
      "The iss parameter of the answer does not name this connection's issuer. Register the redirect URI of this connection at this provider only. Several such refusals in a row may be an attack (IdP mix-up).",
  },
  OIDC_RESPONSE_ISSUER_MISSING: {
    message: `The answer does not say which sign-in service it came from. ${TRY_AGAIN}`,
    remedy:
      "The provider announces that it names its issuer in each answer (RFC 9207), but this answer does not. Check whether something between provider and browser removes the iss parameter. If not, ask the provider's vendor.",
  },
  OIDC_FLOW_ALREADY_USED: {
    message: `This sign-in was already used. ${TRY_AGAIN}`,
    remedy:
      "The same answer arrived twice, for example after a reload. If it happens to one person, do nothing. If it happens to everybody, look for a proxy that repeats requests.",
  },
  OIDC_RESPONSE_INVALID: {
    message: `Your company's sign-in service sent an incomplete answer. ${TRY_AGAIN}`,
    remedy:
      "The answer has neither a code nor an error. Check at the provider that the application is a web application that uses the authorization code flow with the response mode query.",
  },
  OIDC_ACCESS_DENIED: {
    message:
      "Your company's sign-in service did not let you in to this application. You may have cancelled, or you are not assigned to it. Please ask your administrator for access.",
    remedy:
      "The provider answered access_denied. Assign the person, or one of their groups, to this application at the provider. If they are assigned, find the policy that refused them in the provider's sign-in log.",
  },
  OIDC_CANCELLED: {
    message: `You cancelled the sign-in at your company's sign-in service. ${TRY_AGAIN}`,
    remedy:
      "The person cancelled at the provider, or declined its question for consent. If people should not be asked, grant admin consent there; in Entra ID: App registrations, the application, API permissions, Grant admin consent.",
  },
  OIDC_NOT_ASSIGNED: {
    message:
      "You are not assigned to this application at your company's sign-in service. Please ask your administrator for access.",
    remedy:
      "Assign the person, or one of their groups, to this application at the provider. In Entra ID: Enterprise applications, the application, Users and groups. In Okta: Applications, the application, Assignments.",
  },
  OIDC_FOREIGN_ACCOUNT: {
    message:
      "You signed in with an account that does not belong to your company's sign-in service. Please sign out there and use your company account.",
    remedy:
      "The account is from another tenant or domain. The person should choose their company account, or be invited to the directory as a guest.",
  },
  OIDC_POLICY_REFUSED: {
    message: "A policy of your company's sign-in service did not let you in. Please ask your administrator.",
    remedy:
      "A policy at the provider refused the sign-in: conditional access in Entra ID, an app sign-on policy in Okta, app access control in Google. Its sign-in log says which one.",
  },
  OIDC_CONSENT_REQUIRED: {
    message: "Your company has not yet agreed that this application may sign people in. Please ask your administrator.",
    remedy:
      "Consent is missing. Grant admin consent for the requested scopes at the provider; in Entra ID: App registrations, the application, API permissions, Grant admin consent.",
    fault: "PROVIDER",
  },
  OIDC_INTERACTION_REQUIRED: {
    message: `Your company's sign-in service needs you to sign in there. ${TRY_AGAIN}`,
    remedy:
      "The provider needs the person's input: the request did not allow it to ask, or the person took too long. A new sign-in usually helps. If not, look at the provider's sign-in log.",
  },
  OIDC_CLIENT_REFUSED: {
    message: MISCONFIGURED,
    remedy:
      "The provider does not know this application or does not let it use the authorization code flow. Compare clientId with the provider's application, and enable the authorization code grant there.",
    fault: "PROVIDER",
  },
  OIDC_SCOPE_REFUSED: {
    message: MISCONFIGURED,
    remedy:
      "The provider refused a scope. Remove it from the connection's scopes, or allow it for the application at the provider.",
    fault: "PROVIDER",
  },
  OIDC_REDIRECT_URI_MISMATCH: {
    message: MISCONFIGURED,
    remedy:
      "The provider does not know this connection's redirect URI. Register the redirectUrl that the connection's serviceProvider shows, exactly and as a web redirect URI.",
    fault: "PROVIDER",
  },
  OIDC_PROVIDER_ERROR: {
    message: `Your company's sign-in service reported an error. ${ASK}`,
    remedy:
      "The provider answered with an error; the attempt's detail has its code. Look it up in the provider's documentation and sign-in log.",
  },
  OIDC_CLIENT_CREDENTIALS_REFUSED: {
    message: MISCONFIGURED,
    remedy:
      "The provider refused the client's credentials (invalid_client). Enter the client secret's value again (not its ID). Check clientId and clientAuthentication. With private_key_jwt, check the keys of jwksUrl and assertionAudience.",
    fault: "PROVIDER",
  },
  OIDC_CLIENT_SECRET_EXPIRED: {
    message: MISCONFIGURED,
    remedy:
      "The client secret has expired at the provider. Make a new one there, and set clientSecret with updateConnection. Nobody is signed out.",
    fault: "PROVIDER",
  },
  OIDC_CODE_REFUSED: {
    message: `Your company's sign-in service did not accept the sign-in. ${TRY_AGAIN}`,
    remedy:
      "The token endpoint refused the code (invalid_grant): it was used, has expired, or belongs to a different client, redirect URI or code verifier. Once is harmless. If it happens at every sign-in, compare the redirect URI and check that tokenEndpoint belongs to the same provider as authorizationEndpoint.",
  },
  OIDC_TOKEN_ANSWER_INVALID: {
    message: MISCONFIGURED,
    remedy:
      "The token endpoint's answer is not what OAuth 2.0 asks for (an object with access_token, and token_type Bearer). Check tokenEndpoint.",
    fault: "PROVIDER",
  },
  OIDC_ID_TOKEN_MISSING: {
    message: MISCONFIGURED,
    remedy:
      "The token endpoint gave no ID token. Check at the provider that the application is an OpenID Connect application and that the scope openid is allowed for it.",
    fault: "PROVIDER",
  },
  OIDC_ID_TOKEN_TOO_LONG: {
    message: `Your company's sign-in service sent more about you than can be read. ${ASK}`,
    remedy:
      "The ID token is too long; the attempt's detail has its length. Let the provider send fewer groups: only those that are assigned to this application, or that match a filter.",
  },
  OIDC_ID_TOKEN_MALFORMED: {
    message: UNTRUSTED,
    remedy:
      "The ID token is not a signed JSON web token. If the provider encrypts ID tokens, turn the encryption off for this application.",
    fault: "PROVIDER",
  },
  OIDC_ID_TOKEN_TYPE_WRONG: {
    message: UNTRUSTED,
    remedy:
      "The token is not an ID token, but for example an access token or a logout token. Check tokenEndpoint and the application's type at the provider.",
    fault: "PROVIDER",
  },
  OIDC_ID_TOKEN_HEADER_REFUSED: {
    message: UNTRUSTED,
    remedy:
      "The header of the ID token contains a key, or asks for extensions. Usher never accepts either. Let the provider sign with a key of its key document, without such header fields.",
    fault: "PROVIDER",
  },
  OIDC_ALGORITHM_REFUSED: {
    message: UNTRUSTED,
    remedy:
      "The connection's signingAlgorithms do not contain the ID token's algorithm. Let the provider sign with RS256, or add the algorithm to the connection. Usher never accepts none and HS256.",
    fault: "PROVIDER",
  },
  OIDC_SIGNATURE_INVALID: {
    message: UNTRUSTED,
    remedy:
      "No published key of the provider verifies the ID token's signature. Check that jwksUri and tokenEndpoint belong to the same provider. If they do, treat it as an attack.",
    fault: "PROVIDER",
  },
  OIDC_ISSUER_MISMATCH: {
    message: UNTRUSTED,
    remedy:
      "The ID token does not name the issuer of this connection. Compare the two in the attempt's detail: every character counts, also a slash at the end. For Entra ID, use the v2.0 endpoints of your own tenant.",
    fault: "PROVIDER",
  },
  OIDC_SUBJECT_INVALID: {
    message: UNTRUSTED,
    remedy:
      "The ID token's sub claim is missing, is not a text, is longer than 255 characters or has white space around it. Correct the claim's mapping at the provider.",
  },
  OIDC_INITIATED_BY_OTHER_ISSUER: {
    message: "This link belongs to a different sign-in service than this way of signing in.",
    remedy:
      "The link or tile names a provider (iss) that is not exactly the issuer of this connection; the attempt's detail shows both. At the provider, enter the initiate login URI of the connection that belongs to it.",
    causedByAnybody: true,
  },
  OIDC_AUTHENTICATION_TIME_MISSING: {
    message: `Your company's sign-in service does not say when you signed in there. ${ASK}`,
    remedy:
      "The setting maxAgeSeconds requires the claim auth_time in the ID token, as a number of seconds since 1970, and the token has none. Let the provider send it (in Entra ID: App registrations, the application, Token configuration, the optional claim auth_time), or clear maxAgeSeconds.",
  },
  OIDC_AUTHENTICATION_TOO_OLD: {
    message: "You signed in at your company's sign-in service too long ago. Please sign in there again.",
    remedy:
      "The person authenticated at the provider earlier than maxAgeSeconds allows, and the provider did not ask again, although Usher sent max_age. The person chooses Try with another account, which asks for a new authentication. If it happens to everybody, the provider ignores max_age: raise or clear maxAgeSeconds.",
  },
  OIDC_AUTHENTICATION_CONTEXT_TOO_WEAK: {
    message:
      "The way in which you signed in at your company's sign-in service is not strong enough for this application.",
    remedy:
      "The claim acr of the ID token is none of the classes in the setting requiredAcr; the attempt's detail shows both. At the provider, require the stronger authentication for this application, such as a second factor, or correct requiredAcr.",
  },
  OIDC_SESSION_EXPIRY_INVALID: {
    message: MISCONFIGURED,
    remedy:
      "The claim session_expiry of the ID token is not a number of seconds since 1970; the attempt's detail shows it. Correct the claim at the provider (milliseconds and texts are usual mistakes), or leave it out.",
  },
  OIDC_AUDIENCE_MISMATCH: {
    message: MISCONFIGURED,
    remedy:
      "The ID token is for a different application, or for several. Compare clientId with the aud claim in the attempt's detail. If the provider puts further applications into every token (Zitadel its project, Oracle its own address) and you trust them, enter them in trustedAudiences.",
    fault: "PROVIDER",
  },
  OIDC_AUTHORIZED_PARTY_MISMATCH: {
    message: MISCONFIGURED,
    remedy:
      "The ID token's azp claim names a different application, or is missing although the token is for several. Compare clientId with the azp claim in the attempt's detail.",
    fault: "PROVIDER",
  },
  OIDC_TIMES_INVALID: {
    message: UNTRUSTED,
    remedy:
      "The ID token's exp, iat or nbf is missing or is not a number of seconds. Correct the claims' mapping at the provider.",
    fault: "PROVIDER",
  },
  OIDC_TOKEN_EXPIRED: {
    message: `The sign-in has expired. ${TRY_AGAIN}`,
    remedy:
      "The ID token had expired when it arrived. Compare the clocks: the attempt's detail says by how much they differ. If they agree, the provider's ID token lifetime is too short, or something stores and repeats old answers.",
    fault: "PROVIDER",
  },
  OIDC_TOKEN_TOO_OLD: {
    message: `The sign-in has expired. ${TRY_AGAIN}`,
    remedy:
      "The ID token was issued long before it was fetched. Either the provider's clock is slow (the attempt's detail says by how much), or something stores and repeats old answers.",
    fault: "PROVIDER",
  },
  OIDC_CLOCK_SKEW: {
    message: `The clocks of your company's sign-in service and this application differ too much. ${ASK}`,
    remedy:
      "The ID token is from the future: the provider's clock is ahead of this installation's. The attempt's detail says by how many seconds. Synchronise both with NTP. Usher tolerates one minute.",
    fault: "PROVIDER",
  },
  OIDC_NONCE_MISMATCH: {
    message: `The answer does not belong to this sign-in. ${TRY_AGAIN}`,
    remedy:
      "The ID token does not contain the nonce of this sign-in. Check that the provider returns the nonce. If it does, treat it as an attack (code or token injection).",
  },
  OIDC_ACCESS_TOKEN_HASH_MISMATCH: {
    message: UNTRUSTED,
    remedy:
      "The ID token's at_hash is not the hash of the access token in the same response. Check whether a proxy changes the answers of tokenEndpoint. If none does, treat it as an attack.",
  },
  OIDC_REAUTHENTICATION_MISSING: {
    message: `Your company's sign-in service did not ask you to sign in again. ${TRY_AGAIN}`,
    remedy:
      "Usher asked for a new authentication (prompt=login), and the provider answered with an older one. Allow prompt=login for the application at the provider.",
  },
  OIDC_USERINFO_INVALID: {
    message: MISCONFIGURED,
    remedy:
      "The userinfo endpoint did not answer with an object of claims. Check userinfoEndpoint and the scopes. Or let the provider put e-mail address and names into the ID token, so that Usher does not need userinfo.",
    fault: "PROVIDER",
  },
  OIDC_USERINFO_SUBJECT_MISMATCH: {
    message: UNTRUSTED,
    remedy:
      "The userinfo endpoint answered for a different person than the ID token, or named none. Check that userinfoEndpoint belongs to the same provider. If it does, treat it as an attack.",
  },
  OIDC_CLAIMS_TOO_LARGE: {
    message: `Your company's sign-in service sent more about you than can be read. ${ASK}`,
    remedy:
      "The claims are too many or nested too deeply. Let the provider send only the claims and groups that this application needs.",
  },
  OIDC_EMAIL_AMBIGUOUS: {
    message: `Your company account has several e-mail addresses, and this application cannot tell which one to use. ${ASK}`,
    remedy:
      "The e-mail claim holds different addresses. Let the provider send one address, or name a claim with one address in emailClaim.",
  },
  OIDC_LOGOUT_TOKEN_INVALID: {
    message: "The sign-out message of your company's sign-in service could not be used.",
    remedy:
      "The message is not a logout token of OpenID Connect Back-Channel Logout 1.0; the log has the reason. At the provider, enter the back-channel logout URL that the connection shows, and nothing else that sends messages to it.",
    causedByAnybody: true,
  },
  OIDC_LIBRARY_REFUSED: {
    message: UNTRUSTED,
    remedy:
      "The sign-in library refused an answer that passed Usher's checks. Report the attempt's detail to the operator of this installation.",
  },
});

export const OIDC_REFUSALS = defined.texts;
export type OidcRefusalCode = keyof typeof OIDC_REFUSALS;
export const refuse: Refuse<keyof typeof OIDC_REFUSALS> = defined.refuse;
