/** The outcomes of a sign-in request that was not refused. */
import type { Organization } from "../people/organization/organization.js";
import type { ExplainedDecision } from "../provisioning/explain.js";

/** The browser goes on to the provider, with the cookie that binds it to the flow. */
export interface SentToProvider {
  readonly kind: "sent-to-provider";
  readonly location: string;
  /** The cookie's new value. */
  readonly browserTokens: string;
  /** Whether a message of the provider's portal began the sign-in. A cookie remembers this for a minute. */
  readonly fromPortal?: boolean;
}

/** A posted message was verified. The browser completes the sign-in with a second request, which carries its cookies. */
export interface SentToTicket {
  readonly kind: "sent-to-ticket";
  readonly location: string;
}

/**
 * The browser begins a sign-in with a connection. There are two cases: the person came by the operator's app, and the
 * connection found asks more of the provider than the app did; or a portal posted a message that answers no request.
 */
export interface SentToStart {
  readonly kind: "sent-to-start";
  readonly location: string;
}

/** The person is signed in. */
export interface SignedIn {
  readonly kind: "signed-in";
  readonly location: string;
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

/** The browser repeats the last request of the sign-in that opened its session. Nothing changes. */
export interface AlreadySignedIn {
  readonly kind: "already-signed-in";
  readonly location: string;
}

/** A test sign-in has ended. Nobody is signed in. */
export interface Tested {
  readonly kind: "tested";
  readonly reference: string;
  readonly decision: ExplainedDecision;
  /** What an administrator can do about a refusal; `null` if a sign-in would let the person in. */
  readonly remedy: string | null;
}

/** The customer's administrator has consented, and the connection has its tenant. Nobody is signed in. */
export interface Consented {
  readonly kind: "consented";
  readonly organization: Organization;
  readonly reference: string;
  /** The provider's name, such as "Microsoft". */
  readonly providerName: string;
}

/** Usher did not recognise the person by address and password. The page shows the form again, whatever the reason is. */
export interface PasswordRefused {
  readonly kind: "password-refused";
  readonly organization: Organization;
  /** The address as the person entered it. */
  readonly login: string;
  readonly returnTo: string | null;
  /** Whether the person asked for the page of their second factors. */
  readonly managesFactors: boolean;
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly reference: string;
}

/** Usher has verified the person, and the sign-in waits for something else. The browser goes to the page that ends the wait. */
export interface HeldUp {
  readonly kind: "held-up";
  readonly location: string;
  /** The value of the cookie that belongs to the waiting sign-in. */
  readonly pendingToken: string;
}

/** Where a person goes after signing in. */
export function locationAfterSignIn({ landingUrl, slug }: Organization, returnTo: string | null): string {
  return returnTo ?? landingUrl ?? `/o/${slug}`;
}
