/** The refusals of SAML sign-in, each with a safe sentence for the person and a remedy for the administrator. */
import { defineRefusals, type Refuse } from "../refusal.js";

const TRY_AGAIN = "Please start the sign-in again.";
const ASK = "Please tell your administrator.";
const MISCONFIGURED = `Your company's sign-in service and this application are not set up to fit together. ${ASK}`;
const UNUSABLE = `Your company's sign-in service sent an answer that cannot be used. ${ASK}`;
const NOT_GENUINE = `The answer of your company's sign-in service could not be trusted. ${ASK}`;
const UNAVAILABLE =
  "Your company's sign-in service cannot be reached at the moment. Please try again in a few minutes.";

/** SAML's published refusals, by code. */
const defined = defineRefusals("SAML_", {
  // The message as such
  SAML_MALFORMED_RESPONSE: {
    message: UNUSABLE,
    remedy:
      "The posted SAMLResponse is not base64 of well-formed XML in UTF-8. Look for a proxy or browser extension that changes forms. If there is none, show the attempt's detail to the provider's administrator.",
    causedByAnybody: true,
  },
  SAML_RESPONSE_TOO_LARGE: {
    message: UNUSABLE,
    remedy:
      "The message has more than 350,000 characters, 3,000 elements, 40 levels, 60 attributes on one element or 50 namespaces at once. At the provider, send fewer groups: only those assigned to this application.",
    causedByAnybody: true,
  },
  SAML_FORBIDDEN_MARKUP: {
    message: UNUSABLE,
    remedy:
      "The message holds a comment, a CDATA section, a processing instruction or a DOCTYPE. No identity provider writes them into a response, so treat this as an attack. If a proxy adds them, bypass it.",
    causedByAnybody: true,
  },
  SAML_NOT_A_RESPONSE: {
    message: UNUSABLE,
    remedy:
      "The assertion consumer service takes a SAML 2.0 Response by HTTP POST. At the provider, check the version, that the response binding is HTTP-POST, and that logout messages do not go to this address.",
    causedByAnybody: true,
  },
  SAML_NOT_A_LOGOUT_MESSAGE: {
    message: UNUSABLE,
    remedy:
      "The logout address takes LogoutRequest and LogoutResponse of SAML 2.0 by HTTP-Redirect and HTTP-POST. At the provider, enter the connection's acsUrl for responses, and logoutUrl for single logout alone.",
    causedByAnybody: true,
  },
  SAML_UNEXPECTED_STRUCTURE: {
    message: NOT_GENUINE,
    remedy:
      "The message does not have exactly one assertion in the right place, contains an ID twice, or has a misplaced signature. Signature wrapping attacks look like this: check the sign-in attempts around it before you blame the provider.",
    causedByAnybody: true,
  },
  SAML_UNSIGNED: {
    message: NOT_GENUINE,
    remedy:
      "Switch on signing at the provider (sign response, sign assertion, or both), or change this connection's setting signedPart to what the provider signs.",
    fault: "DOUBTFUL",
  },
  SAML_WEAK_ALGORITHM: {
    message: NOT_GENUINE,
    remedy:
      "At the provider, choose RSA with SHA-256 as signing algorithm and SHA-256 as digest. SHA-1 and HMAC are never accepted.",
    fault: "DOUBTFUL",
  },
  SAML_PROVIDER_REFUSED: {
    message: `Your company's sign-in service reported an error. ${ASK}`,
    remedy:
      "The provider answered with an error status; the attempt's detail has it. Look it up in the provider's documentation and log. Often it refuses the request: compare entityId, acsUrl, nameIdFormat and signRequests with the application at the provider.",
  },
  SAML_ACCESS_DENIED: {
    message:
      "Your company's sign-in service did not let you in to this application. You may have cancelled, or you are not assigned to it. Please ask your administrator for access.",
    remedy:
      "The provider answered AuthnFailed or RequestDenied. Assign the person, or one of their groups, to this application at the provider. If they are assigned, find the reason in the provider's sign-in log.",
  },
  SAML_CANCELLED: {
    message: `You cancelled the sign-in at your company's sign-in service. ${TRY_AGAIN}`,
    remedy: "The person cancelled at the provider, or declined its question for consent. They can start again.",
  },
  SAML_NOT_ASSIGNED: {
    message:
      "You are not assigned to this application at your company's sign-in service. Please ask your administrator for access.",
    remedy:
      "Assign the person, or one of their groups, to this application at the provider. In Entra ID: Enterprise applications, the application, Users and groups. In Okta: Applications, the application, Assignments.",
  },
  SAML_FOREIGN_ACCOUNT: {
    message:
      "You signed in with an account that does not belong to your company's sign-in service. Please sign out there and use your company account.",
    remedy:
      "The account is from another tenant or domain. The person should choose their company account, or be invited to the directory as a guest.",
  },
  SAML_POLICY_REFUSED: {
    message: "A policy of your company's sign-in service did not let you in. Please ask your administrator.",
    remedy:
      "A policy at the provider refused the sign-in: conditional access in Entra ID, an app sign-on policy in Okta. Its sign-in log says which one.",
  },
  SAML_INTERACTION_REQUIRED: {
    message: `Your company's sign-in service needs you to sign in there. ${TRY_AGAIN}`,
    remedy:
      "The provider needs the person's input: it could not ask (NoPassive), or the person took too long. A new sign-in usually helps. If not, look at the provider's sign-in log.",
  },
  SAML_AUTHN_CONTEXT_UNAVAILABLE: {
    message: `Your company's sign-in service cannot sign you in the way that is required. ${ASK}`,
    remedy:
      "The provider does not offer, or did not use, the authentication context that requestedAuthnContext asks for. Clear that setting, or choose a class that the provider supports.",
    fault: "DOUBTFUL",
  },
  SAML_NAME_ID_UNAVAILABLE: {
    message: `Your company's sign-in service cannot name you in the way that is required. ${ASK}`,
    remedy:
      "The provider cannot send the NameID format that nameIdFormat asks for. Clear that setting, or configure the format at the provider.",
    fault: "DOUBTFUL",
  },
  SAML_WRONG_DESTINATION: {
    message: MISCONFIGURED,
    remedy:
      "At the provider, set the assertion consumer service URL (reply URL, single sign-on URL) to this connection's acsUrl, character by character.",
    fault: "DOUBTFUL",
  },
  SAML_WRONG_ISSUER: {
    message: NOT_GENUINE,
    remedy:
      "The answer names a different provider than the connection. Compare the setting entityId with the provider's entity ID (issuer); the attempt's detail shows both.",
    fault: "DOUBTFUL",
  },

  // The request that it answers
  SAML_INITIATED_BY_OTHER_ISSUER: {
    message: "This link belongs to a different sign-in service than this way of signing in.",
    remedy:
      "The link or tile names a provider (iss) that is not exactly the entity ID of this connection; the attempt's detail shows both. At the provider, enter the signOnUrl of the connection that belongs to it.",
    causedByAnybody: true,
  },
  SAML_UNSOLICITED: {
    message: "Please start the sign-in here, not at your company's portal.",
    remedy:
      "The message answers no request. Point the portal's tile or bookmark at this connection's signOnUrl instead of the provider's own launch address. If the portal cannot do that, turn the setting allowIdpInitiated on: Usher then begins a sign-in of its own for such a message.",
    causedByAnybody: true,
  },
  SAML_UNKNOWN_REQUEST: {
    message: `This sign-in took too long or was already used. ${TRY_AGAIN}`,
    remedy:
      "The answer names a request that is too old, used up, or of a different connection. Start again at the connection's signOnUrl. If it keeps happening, check that the person's bookmark is not a copy of an old sign-in page.",
    causedByAnybody: true,
  },
  SAML_WRONG_REQUEST: {
    message: NOT_GENUINE,
    remedy:
      "The signed assertion answers a different request than the message around it. Treat this as an attack. If the provider leaves InResponseTo out of SubjectConfirmationData, configure SP-initiated sign-in there.",
  },

  // Signatures, encryption, keys
  SAML_BAD_SIGNATURE: {
    message: NOT_GENUINE,
    remedy:
      "No certificate of the connection verifies the signature. The attempt's detail names the message's certificate and the connection's. If the provider's console shows the message's certificate, add it: paste the metadata again, extend certificates, or use metadataUrl. If not, treat it as an attack.",
    fault: "DOUBTFUL",
  },
  SAML_CERTIFICATE_EXPIRED: {
    message: `Your company's sign-in service uses a certificate that has expired. ${ASK}`,
    remedy:
      "Create a new signing certificate at the provider and add it to the setting certificates (or paste the new metadata). The connection can have several at once, so that sign-ins work during the change.",
    fault: "PROVIDER",
  },
  SAML_ENCRYPTION_REQUIRED: {
    message: UNUSABLE,
    remedy:
      "The setting encryptedAssertions is on, and the assertion is not encrypted. At the provider, upload the encryption certificate from this connection's metadata, or switch the setting off.",
    fault: "DOUBTFUL",
  },
  SAML_ENCRYPTION_UNSUPPORTED: {
    message: UNUSABLE,
    remedy:
      "At the provider, encrypt the assertion (not single identifiers or attributes) with AES-256-GCM and the key with RSA-OAEP (rsa-oaep-mgf1p with SHA-1, or rsa-oaep of XML Encryption 1.1 with one hash for digest and MGF1). AES-CBC is accepted only when the whole response is signed as well.",
    fault: "DOUBTFUL",
  },
  SAML_DECRYPTION_FAILED: {
    message: UNUSABLE,
    remedy:
      "The assertion is not encrypted for this connection's key. At the provider, replace the encryption certificate with the one in this connection's metadata.",
    fault: "DOUBTFUL",
  },
  SAML_SIGNING_KEY_MISSING: {
    message: `This sign-in is not set up completely. ${ASK}`,
    remedy:
      "The setting signRequests is on, but the connection has no key of its own. Save the connection again. If that does not help, tell the operator of this installation.",
    fault: "PROVIDER",
  },

  // What the verified assertion says
  SAML_CLOCK_SKEW: {
    message: `The clocks of your company's sign-in service and this application differ too much. ${ASK}`,
    remedy:
      "Set the clock of the provider's server by NTP, and check this machine's. The attempt's detail has the difference. Until then, clockSkewSeconds tolerates up to five minutes.",
    fault: "PROVIDER",
  },
  SAML_EXPIRED: {
    message: `The sign-in has expired. ${TRY_AGAIN}`,
    remedy:
      "The answer arrived after it had expired. If it happens to everybody, the provider's lifetimes are too short (raise them to five minutes), or a clock is wrong.",
  },
  SAML_CONDITIONS_MISSING: {
    message: UNUSABLE,
    remedy:
      "The assertion lacks a time or a condition that the browser sign-on profile requires, has an unknown condition, or is valid for more than a day. The attempt's detail says which. Choose the provider's standard SAML 2.0 web sign-on application.",
    fault: "PROVIDER",
  },
  SAML_WRONG_AUDIENCE: {
    message: MISCONFIGURED,
    remedy:
      "At the provider, set the audience (SP entity ID, identifier) to this connection's entityId, character by character; the attempt's detail shows what arrived.",
    fault: "PROVIDER",
  },
  SAML_WRONG_RECIPIENT: {
    message: MISCONFIGURED,
    remedy:
      "At the provider, set the recipient (ACS URL) to this connection's acsUrl, character by character; the attempt's detail shows what arrived.",
    fault: "PROVIDER",
  },
  SAML_CONFIRMATION_MISSING: {
    message: NOT_GENUINE,
    remedy:
      "The assertion has no usable bearer confirmation. At the provider, choose the web browser sign-on profile with subject confirmation method bearer.",
    fault: "PROVIDER",
  },
  SAML_AUTHN_STATEMENT_MISSING: {
    message: UNUSABLE,
    remedy:
      "The assertion does not say that the person signed in (no AuthnStatement). At the provider, choose the web browser sign-on profile.",
    fault: "PROVIDER",
  },
  SAML_NOT_REAUTHENTICATED: {
    message: `Your company's sign-in service did not ask you to sign in again. ${TRY_AGAIN}`,
    remedy:
      "Usher asked for a new authentication (ForceAuthn), and the provider answered with an older one. Allow ForceAuthn for this application at the provider.",
  },
  SAML_AUTHENTICATION_TOO_OLD: {
    message: "You signed in at your company's sign-in service too long ago. Please sign in there again.",
    remedy:
      "The person authenticated at the provider earlier than maxAgeSeconds allows. The person chooses Try with another account, which asks for a new authentication. If it happens to everybody, allow ForceAuthn for this application at the provider, or raise maxAgeSeconds.",
  },
  SAML_AUTHENTICATION_CONTEXT_TOO_WEAK: {
    message:
      "The way in which you signed in at your company's sign-in service is not strong enough for this application.",
    remedy:
      "The assertion's AuthnContextClassRef is none of the classes in the setting requiredAcr; the attempt's detail shows both. At the provider, require the stronger authentication for this application, such as a second factor, or correct requiredAcr.",
  },
  SAML_NAME_ID_UNUSABLE: {
    message: `Your company's sign-in service did not say who you are. ${ASK}`,
    remedy:
      "At the provider, set the NameID to a value that stays the same for the person (a persistent identifier or the e-mail address), not empty and at most 512 characters long.",
  },
  SAML_TRANSIENT_SUBJECT: {
    message: `Your company's sign-in service did not say who you are. ${ASK}`,
    remedy:
      "The NameID is transient, a new one at every sign-in. At the provider, choose persistent or emailAddress, or send the attribute subject-id or pairwise-id.",
  },
  SAML_EMAIL_AMBIGUOUS: {
    message: `Your company account has several e-mail addresses, and this application cannot tell which one to use. ${ASK}`,
    remedy:
      "At the provider, send only the primary address in the e-mail attribute, or name a different attribute in the setting emailAttribute.",
  },

  // The connection and the service itself
  SAML_SETTINGS_INCOMPLETE: {
    message: `This sign-in is not set up completely. ${ASK}`,
    remedy:
      "Set entityId, signOnUrl and certificates, or paste the provider's metadata, or set metadataUrl. The attempt's detail names the missing settings.",
    fault: "PROVIDER",
  },
  SAML_METADATA_UNREACHABLE: {
    message: UNAVAILABLE,
    remedy:
      "Usher could not fetch the document at metadataUrl; the attempt's detail says why. Open the address in a browser. If it is inside the company network, the operator allows its host, or you paste the metadata instead.",
    fault: "PROVIDER",
  },
  SAML_METADATA_INVALID: {
    message: MISCONFIGURED,
    remedy: "The document at metadataUrl is not usable metadata. Correct the address, or paste the metadata.",
    fault: "PROVIDER",
  },
  SAML_METADATA_EXPIRED: {
    message: `Your company's sign-in service cannot be used at the moment. ${ASK}`,
    remedy:
      "The document at metadataUrl names a validUntil that has passed. Let the provider publish its present document, or paste the metadata.",
    fault: "PROVIDER",
  },
  SAML_PROVIDER_CHANGED: {
    message: MISCONFIGURED,
    remedy:
      "The document at metadataUrl now describes a provider with a different entity ID. If that is right, change the setting entityId, and then move people's links with relinkIdentities. If not, correct metadataUrl or entityId.",
    fault: "PROVIDER",
  },
  SAML_BUSY: {
    message: "Too many people are signing in at this moment. Please try again.",
    remedy: "Too many answers wait to be verified by this process. If it keeps happening, add a replica.",
  },
  SAML_VERIFICATION_STOPPED: {
    message: UNUSABLE,
    remedy:
      "The verification of this message took too long, or ended its worker. Real responses take milliseconds: treat it as an attack, or let the provider send fewer groups.",
  },
});

export const SAML_REFUSALS = defined.texts;
export type SamlRefusalCode = keyof typeof SAML_REFUSALS;
export const refuse: Refuse<keyof typeof SAML_REFUSALS> = defined.refuse;
