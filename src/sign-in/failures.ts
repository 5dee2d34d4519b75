/** What can go wrong between beginning a sign-in and being let in, whatever the protocol. */
import { defineFailure } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";

const refusal = (code: string, status: number, message: string, remedy: string) =>
  defineFailure<RefusalDetails>({ code, status, message, remedy });

export const UNKNOWN_CONNECTION = refusal(
  "UNKNOWN_CONNECTION",
  404,
  "There is no such way of signing in.",
  "Check the address: the portal tile or the link names a connection that does not exist or was deleted.",
);

export const CONNECTION_TYPE_MISSING = refusal(
  "CONNECTION_TYPE_MISSING",
  503,
  "This way of signing in is not available at present. Please tell your administrator.",
  "The connection's type is not installed here. The operator installs it again; until then people use another connection.",
);

export const SIGN_IN_PARAMETERS_INVALID = refusal(
  "SIGN_IN_PARAMETERS_INVALID",
  400,
  "The answer of your company's sign-in service could not be read.",
  "The provider or something between it and Usher repeated or mangled a parameter. Try again; if it stays, look at detail.",
);

export const SIGN_IN_FORM_TOO_LARGE = refusal(
  "SIGN_IN_FORM_TOO_LARGE",
  413,
  "The answer of your company's sign-in service is too large.",
  "At the provider, send fewer groups: only those assigned to this application. Detail names the limits.",
);

export const SIGN_IN_UNKNOWN = refusal(
  "SIGN_IN_UNKNOWN",
  400,
  "This sign-in is not known, was already used, or took too long.",
  "Start again from the sign-in page. If it happens to everybody, check that the redirect URL registered at the provider is exactly the one that Usher shows.",
);

export const SIGN_IN_SUPERSEDED = refusal(
  "SIGN_IN_SUPERSEDED",
  409,
  "The way of signing in was changed while you were on your way.",
  "An administrator changed or switched off the connection during the sign-in. Start again.",
);

export const SIGN_IN_OTHER_BROWSER = refusal(
  "SIGN_IN_OTHER_BROWSER",
  403,
  "This sign-in was begun in another browser.",
  "Start and finish in the same browser, with cookies allowed. A link to a half-finished sign-in cannot be passed on.",
);

export const SIGN_IN_REPLAYED = refusal(
  "SIGN_IN_REPLAYED",
  400,
  "This answer of your company's sign-in service was used before.",
  "Start again from the sign-in page. If it happens to everybody, the provider sends the same message twice.",
);

export const SIGN_IN_BINDING_WRONG = refusal(
  "SIGN_IN_BINDING_WRONG",
  405,
  "The answer of your company's sign-in service came in a way that is not expected here.",
  "Compare the addresses registered at the provider with those that the connection shows under serviceProvider, and the binding that the provider uses for each (POST for a SAML response).",
);

export const SIGN_IN_TIMED_OUT = refusal(
  "SIGN_IN_TIMED_OUT",
  504,
  "Your company's sign-in service took too long to answer.",
  "Try again in a moment. testConnection shows whether the provider is reachable.",
);

export const SIGN_IN_LINK_UNKNOWN = refusal(
  "SIGN_IN_LINK_UNKNOWN",
  404,
  "There is no such sign-in link any more. Ask for a new one.",
  "The link was cut off, is long over, or was taken back: with its person's access, or with what a connection trusts. Make a new one with createSignInLink.",
);

export const SIGN_IN_LINK_USED = refusal(
  "SIGN_IN_LINK_USED",
  410,
  "This sign-in link was used before, and works once. Ask for a new one.",
  "Make a new one with createSignInLink. If nobody the person knows has used it, look at signInAttempts for who did.",
);

export const SIGN_IN_LINK_EXPIRED = refusal(
  "SIGN_IN_LINK_EXPIRED",
  410,
  "This sign-in link is over. Ask for a new one.",
  "Links are good for five minutes: make one with createSignInLink when the person is about to use it.",
);

export const SIGN_IN_LINK_WITHDRAWN = refusal(
  "SIGN_IN_LINK_WITHDRAWN",
  403,
  "This sign-in link no longer holds. Ask for a new one.",
  "Since the link was made, its API key was revoked, its author lost the right to make it, or the account's roles grant more than its author holds.",
);

export const SSO_REQUIRED = refusal(
  "SSO_REQUIRED",
  403,
  "Your organization requires that you sign in with your company account.",
  "Under the policy ssoEnforcement REQUIRED only a link that the operator made lets people in beside the provider.",
);

export const ACCOUNT_LOCKED = refusal(
  "ACCOUNT_LOCKED",
  403,
  "Your account is locked for now. Try again later.",
  "Too many wrong passwords were entered. Wait until the lock is over; detail says when.",
);

export const ACCOUNT_INVITED = refusal(
  "ACCOUNT_INVITED",
  403,
  "Your invitation has not been accepted yet.",
  "The person accepts the invitation first, and can sign in from then on.",
);

export const SIGN_IN_FAILURES = [
  UNKNOWN_CONNECTION,
  CONNECTION_TYPE_MISSING,
  SIGN_IN_PARAMETERS_INVALID,
  SIGN_IN_FORM_TOO_LARGE,
  SIGN_IN_UNKNOWN,
  SIGN_IN_SUPERSEDED,
  SIGN_IN_OTHER_BROWSER,
  SIGN_IN_REPLAYED,
  SIGN_IN_BINDING_WRONG,
  SIGN_IN_TIMED_OUT,
  SIGN_IN_LINK_UNKNOWN,
  SIGN_IN_LINK_USED,
  SIGN_IN_LINK_EXPIRED,
  SIGN_IN_LINK_WITHDRAWN,
  SSO_REQUIRED,
  ACCOUNT_LOCKED,
  ACCOUNT_INVITED,
] as const;
