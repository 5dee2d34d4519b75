/** The errors of a sign-in that do not depend on its protocol. The person sees the message, administrators the remedy. */
import { defineFailure } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";

const refusal = <const Code extends string>(code: Code, status: number, message: string, remedy: string) => ({
  ...defineFailure<RefusalDetails>({ code, status, message, remedy }),
  code,
});

export const UNKNOWN_CONNECTION = refusal(
  "UNKNOWN_CONNECTION",
  404,
  "This way of signing in does not exist. Its address is incomplete, or it was deleted. Please tell your administrator.",
  "Check the address: the portal tile or the link names a connection that does not exist or was deleted.",
);

export const CONNECTION_TYPE_MISSING = refusal(
  "CONNECTION_TYPE_MISSING",
  503,
  "This way of signing in is not available at present. Please tell your administrator.",
  "The connection's type is not installed. The operator has to install it; until then, people can use another connection.",
);

export const SIGN_IN_PARAMETERS_INVALID = refusal(
  "SIGN_IN_PARAMETERS_INVALID",
  400,
  "The answer of your company's sign-in service could not be read.",
  "The provider, or a proxy between it and Usher, repeated or changed a parameter. Try again; if it fails again, read the attempt's detail.",
);

export const SIGN_IN_FORM_TOO_LARGE = refusal(
  "SIGN_IN_FORM_TOO_LARGE",
  413,
  "The answer of your company's sign-in service is too large.",
  "At the provider, send fewer groups: only those assigned to this application. The attempt's detail names the limits.",
);

export const TEST_SIGN_IN_OVER = refusal(
  "TEST_SIGN_IN_OVER",
  400,
  "This test sign-in was finished, has expired, or is for a different connection.",
  "Begin another test with startTestSignIn. Each address works for one test, within an hour.",
);

export const OPERATOR_APP_MISSING = refusal(
  "OPERATOR_APP_MISSING",
  503,
  "This way of signing in is not available at present. Please tell your administrator.",
  "The connection uses the operator's app, and the operator of this installation has configured none. The operator sets its client ID and secret again (USHER_ENTRA_CLIENT_ID, USHER_GOOGLE_CLIENT_ID).",
);

export const SIGN_IN_TENANT_UNKNOWN = refusal(
  "SIGN_IN_TENANT_UNKNOWN",
  403,
  "The accounts of your company are not set up for this way of signing in. Please use the sign-in page of your organization, or ask your administrator.",
  "No connection of this installation has the person's tenant or domain. Create a connection with operatorApp: true, and let an administrator of that company consent at the address of startConsent.",
);

export const CONSENT_LINK_OVER = refusal(
  "CONSENT_LINK_OVER",
  400,
  "This address was used, has expired, or is for a different connection.",
  "Make another address with startConsent. Each works for a week, until the consent has succeeded or the connection changes.",
);

export const CONSENT_TENANT_MISMATCH = refusal(
  "CONSENT_TENANT_MISMATCH",
  403,
  "You signed in with an account of a different company than the one that consented. Nothing was connected.",
  "The administrator consented for one tenant and signed in to another; the attempt's detail names both. They open the address of startConsent again, and use one account for both.",
);

export const CONSENT_TENANT_TAKEN = refusal(
  "CONSENT_TENANT_TAKEN",
  409,
  "Your company is connected here already. Nothing was changed.",
  "Another connection of this installation has this tenant or domain. If it is one of your own connections, use or delete that one. Otherwise ask the operator, who can see all organizations.",
);

export const CONSENT_TENANT_FIXED = refusal(
  "CONSENT_TENANT_FIXED",
  409,
  "This connection belongs to a different company already. Nothing was changed.",
  "A tenant never changes after its consent. Create another connection for a second tenant.",
);

export const SIGN_IN_UNKNOWN = refusal(
  "SIGN_IN_UNKNOWN",
  400,
  "This sign-in is unknown, was already used, or took too long.",
  "Start again from the sign-in page. If it happens to everyone, check that the redirect URL registered at the provider is exactly the one that Usher shows.",
);

export const SIGN_IN_SUPERSEDED = refusal(
  "SIGN_IN_SUPERSEDED",
  409,
  "This way of signing in was changed while you were signing in.",
  "An administrator changed or switched off the connection during the sign-in. Start again.",
);

export const SIGN_IN_OTHER_BROWSER = refusal(
  "SIGN_IN_OTHER_BROWSER",
  403,
  "This sign-in was begun in another browser.",
  "Start and finish in the same browser, with cookies allowed. A link to a half-finished sign-in cannot be passed on.",
);

export const SIGN_IN_NOT_ANSWERED = refusal(
  "SIGN_IN_NOT_ANSWERED",
  409,
  "Your company's sign-in service did not answer the request of this page. Please start the sign-in here.",
  "The provider sends messages without InResponseTo, also when Usher asked for a sign-in. Usher begins a sign-in for such a message once a minute. Let the provider answer Usher's requests, or point the portal's tile at this connection's signOnUrl.",
);

export const PROVIDER_SESSION_ENDED = refusal(
  "PROVIDER_SESSION_ENDED",
  403,
  "Your session at your company's sign-in service has ended. Please sign in again.",
  "The provider sent an end of the session that has passed already (session_expiry or SessionNotOnOrAfter); the attempt's detail has it. If it happens to everybody, the lifetime at the provider is too short, or a clock is wrong.",
);

export const SIGN_IN_REPLAYED = refusal(
  "SIGN_IN_REPLAYED",
  400,
  "This answer of your company's sign-in service was used before.",
  "Start again from the sign-in page. If it happens to everyone, the provider sends the same message twice.",
);

export const SIGN_IN_BINDING_WRONG = refusal(
  "SIGN_IN_BINDING_WRONG",
  405,
  "Your company's sign-in service sent its answer in an unexpected way.",
  "Compare the addresses registered at the provider with those that the connection shows under serviceProvider, and the binding that the provider uses for each (POST for a SAML response).",
);

export const SIGN_IN_ADDRESS_WRONG = refusal(
  "SIGN_IN_ADDRESS_WRONG",
  404,
  "Your company's sign-in service sent you to a wrong address of this application. Please tell your administrator.",
  "At the provider, enter the redirect URL (OpenID Connect) or the ACS URL (SAML) exactly as the connection's serviceProvider shows it, without a slash at its end. The attempt's detail has both addresses. If they are right there, a proxy changes them on the way.",
);

export const SIGN_IN_TIMED_OUT = refusal(
  "SIGN_IN_TIMED_OUT",
  504,
  "Your company's sign-in service took too long to answer.",
  "Try again in a moment. testConnection shows whether the provider is reachable.",
);

export const LOGOUT_REPLAYED = refusal(
  "LOGOUT_REPLAYED",
  400,
  "This sign-out message was used before.",
  "The provider, or somebody in between, sent the same logout message twice. The first copy ended the sessions.",
);

export const LOGOUT_NOT_OFFERED = refusal(
  "LOGOUT_NOT_OFFERED",
  404,
  "This address does not take sign-out messages.",
  "At the provider, enter only those logout addresses that the connection shows under serviceProvider.",
);

export const SIGN_IN_LINK_UNKNOWN = refusal(
  "SIGN_IN_LINK_UNKNOWN",
  404,
  "This sign-in link does not exist any more. Ask for a new one.",
  "The link is incomplete, expired long ago, or was deleted because the person's access ended or what a connection trusts changed. Make a new one with createSignInLink.",
);

export const SIGN_IN_LINK_USED = refusal(
  "SIGN_IN_LINK_USED",
  410,
  "This sign-in link was used before, and works only once. Ask for a new one.",
  "Make a new one with createSignInLink. If the person did not use the link, signInAttempts shows from which address it was used.",
);

export const SIGN_IN_LINK_EXPIRED = refusal(
  "SIGN_IN_LINK_EXPIRED",
  410,
  "This sign-in link has expired. Ask for a new one.",
  "Links expire after five minutes. Make one with createSignInLink when the person is about to use it.",
);

export const SIGN_IN_LINK_WITHDRAWN = refusal(
  "SIGN_IN_LINK_WITHDRAWN",
  403,
  "This sign-in link is no longer valid. Ask for a new one.",
  "Since the link was made, its API key was revoked, its author lost the permission to make it, or the account got a role that grants more than the author has.",
);

export const SSO_REQUIRED = refusal(
  "SSO_REQUIRED",
  403,
  "Your organization requires that you sign in with your company account.",
  "Under the policy ssoEnforcement REQUIRED, people sign in through the provider. Only the operator can make a link for them.",
);

export const ACCOUNT_LOCKED = refusal(
  "ACCOUNT_LOCKED",
  403,
  "Your account is locked for now. Try again later.",
  "Too many wrong passwords were entered. Wait until the lock ends; the attempt's detail says when.",
);

/** The same sentence for every reason, so that the page does not tell which accounts exist. */
const NOT_RECOGNISED =
  "The e-mail address or the password is not correct, or the account is locked for now after wrong passwords.";

export const PASSWORD_LOGIN_UNKNOWN = refusal(
  "PASSWORD_LOGIN_UNKNOWN",
  403,
  NOT_RECOGNISED,
  "No account of this organization signs in with this address and a password. Compare the address with the account's. Create an account with authMethod PASSWORD for a person without single sign-on.",
);

export const PASSWORD_NOT_SET = refusal(
  "PASSWORD_NOT_SET",
  403,
  NOT_RECOGNISED,
  "The account has no password. Set one with setPassword.",
);

export const PASSWORD_ASLEEP = refusal(
  "PASSWORD_ASLEEP",
  403,
  NOT_RECOGNISED,
  "The person signs in through a provider, so the account's password does nothing. Let them use the provider, unmerge the account, or allow both with the policy passwordForSsoUsers: ALLOW.",
);

export const PASSWORD_LINK_OVER = refusal(
  "PASSWORD_LINK_OVER",
  410,
  "This link was used, has expired, or was replaced by a newer password. Ask for a new one.",
  "Links for a new password work once: for 24 hours if an administrator sent them, for an hour if the person asked on the page. Send a new one with setPassword, without a password.",
);

export const PASSWORD_LOCKED = refusal(
  "PASSWORD_LOCKED",
  403,
  NOT_RECOGNISED,
  "The account is locked after ten wrong passwords in a row, whether this one was right or not. The lock ends after 15 minutes; the attempt's detail says when. unlockUser ends it at once.",
);

export const PASSWORD_WRONG = refusal(
  "PASSWORD_WRONG",
  403,
  NOT_RECOGNISED,
  "The password was wrong. If the person has forgotten it, set a new one with setPassword.",
);

export const SECOND_FACTOR_WRONG = refusal(
  "SECOND_FACTOR_WRONG",
  403,
  "This code is not right, or was used before. Wait for the next code and try again.",
  "The password was right, and the second factor was not. If it was not the person, somebody knows the password: set a new one with setPassword. If the person has lost the factor, remove it with resetSecondFactors. Wrong clocks of phones make wrong codes too.",
);

export const SECOND_FACTOR_CLONED = refusal(
  "SECOND_FACTOR_CLONED",
  403,
  "This passkey cannot be used any more. Use another second factor.",
  "The passkey's counter went back, so there may be two copies of it. Remove the factors with resetSecondFactors, and let the person add new ones.",
);

export const PASSKEY_NOT_ACCEPTED = refusal(
  "PASSKEY_NOT_ACCEPTED",
  403,
  "This passkey does not open an account here. Sign in with your password.",
  "No account of this organization that may sign in by password has this passkey, or the page was older than five minutes, or the device did not ask for a fingerprint, a face or a PIN, or the policy passkeySignIn is off. The person signs in with the password and adds the passkey.",
);

export const ACCOUNT_INVITED = refusal(
  "ACCOUNT_INVITED",
  403,
  "Your invitation has not been accepted yet.",
  "The person has to accept the invitation before they can sign in.",
);

/** The same sentence for a guessed link and for the link of a deleted account, because nothing is left of that link. */
export const INVITATION_UNKNOWN = refusal(
  "INVITATION_UNKNOWN",
  404,
  "This invitation does not exist. Its address is not complete, or it was deleted. Ask for a new one.",
  "Compare the address with the one in the mail. If the account was deleted, invite the person again with inviteUser.",
);

export const INVITATION_USED = refusal(
  "INVITATION_USED",
  410,
  "This invitation was accepted already. Sign in on the sign-in page.",
  "An invitation works once. If the person did not accept it, somebody else has: disable the account. A person who has forgotten the password gets a new one with setPassword.",
);

export const INVITATION_EXPIRED = refusal(
  "INVITATION_EXPIRED",
  410,
  "This invitation has expired, or was replaced by a newer one. Use the newest one, or ask for another.",
  "Send a new one with resendInvitation. It makes earlier links of the account expire.",
);

export const INVITATION_WITHDRAWN = refusal(
  "INVITATION_WITHDRAWN",
  410,
  "This invitation was withdrawn.",
  "The account was archived, for example by revokeInvitation, or a copied link lost its force because its author could not make it any more; the attempt's detail says which. Send a new one with resendInvitation while the account is INVITED.",
);

export const INVITATION_ADDRESS_CHANGED = refusal(
  "INVITATION_ADDRESS_CHANGED",
  410,
  "This invitation was sent to an address that the account no longer has. Ask for a new one.",
  "The account's address changed after the invitation. Send a new one with resendInvitation.",
);

export const SIGN_IN_FAILURES = [
  UNKNOWN_CONNECTION,
  CONNECTION_TYPE_MISSING,
  SIGN_IN_PARAMETERS_INVALID,
  SIGN_IN_FORM_TOO_LARGE,
  TEST_SIGN_IN_OVER,
  OPERATOR_APP_MISSING,
  SIGN_IN_TENANT_UNKNOWN,
  CONSENT_LINK_OVER,
  CONSENT_TENANT_MISMATCH,
  CONSENT_TENANT_TAKEN,
  CONSENT_TENANT_FIXED,
  SIGN_IN_UNKNOWN,
  SIGN_IN_SUPERSEDED,
  SIGN_IN_OTHER_BROWSER,
  SIGN_IN_NOT_ANSWERED,
  PROVIDER_SESSION_ENDED,
  SIGN_IN_REPLAYED,
  SIGN_IN_BINDING_WRONG,
  SIGN_IN_ADDRESS_WRONG,
  SIGN_IN_TIMED_OUT,
  LOGOUT_REPLAYED,
  LOGOUT_NOT_OFFERED,
  SIGN_IN_LINK_UNKNOWN,
  SIGN_IN_LINK_USED,
  SIGN_IN_LINK_EXPIRED,
  SIGN_IN_LINK_WITHDRAWN,
  SSO_REQUIRED,
  ACCOUNT_LOCKED,
  PASSWORD_LOGIN_UNKNOWN,
  PASSWORD_NOT_SET,
  PASSWORD_ASLEEP,
  PASSWORD_LINK_OVER,
  PASSWORD_LOCKED,
  PASSWORD_WRONG,
  SECOND_FACTOR_WRONG,
  SECOND_FACTOR_CLONED,
  PASSKEY_NOT_ACCEPTED,
  ACCOUNT_INVITED,
  INVITATION_UNKNOWN,
  INVITATION_USED,
  INVITATION_EXPIRED,
  INVITATION_WITHDRAWN,
  INVITATION_ADDRESS_CHANGED,
] as const;
