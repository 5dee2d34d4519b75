/** One step of a sign-in: what Usher passes to a protocol, and what the protocol returns. */

/** The values that a protocol needs again when the person returns. */
export interface FlowDraft {
  /** The id of the request that the response will name (SAML `InResponseTo`); `null` if the protocol uses `state`. */
  readonly requestId: string | null;
  /** The secret values, such as the nonce and the code verifier. Usher encrypts them before it stores them. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * A sign-in that was started and waits for the provider's response. Usher has found it by its state or request id, and
 * has checked that it is unused and belongs to the connection and its present trust version.
 */
export interface PendingFlow {
  readonly requestId: string | null;
  readonly secrets: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  /** Uses the flow up. Returns `true` for exactly one caller, even with several replicas. */
  readonly consume: () => Promise<boolean>;
}

/** A message that must be accepted only once. Sign-in stores the note, so that a second copy fails. */
export interface ReplayNote {
  readonly kind: "assertion" | "id-token" | "logout-request" | "logout-token";
  readonly id: string;
  readonly expiresAt: Date;
}

/** The start of a sign-in: the protocol must redirect the person to the provider. */
export interface StartExchange {
  readonly step: "start";
  readonly loginHint: string | null;
  /**
   * The issuer that a third party names, which asks for this sign-in (OpenID Connect Core 4, `iss`). A type refuses an issuer
   * that is not exactly the connection's. Missing or `null` if no third party names one.
   */
  readonly initiatedBy?: string | null;
  /** Ask the provider to authenticate the person again (`prompt=login`, `ForceAuthn`), and refuse an older authentication. */
  readonly forceAuthentication: boolean;
  /**
   * Ask the provider to let the person choose the account (`prompt=select_account` or `login`, `ForceAuthn`). After a
   * refusal or a sign-out, the provider should not silently use the account that is signed in there. Usher does not
   * check whether the provider let the person choose.
   */
  readonly chooseAccount: boolean;
  /** Stores the flow and returns its opaque state. */
  readonly keep: (flow: FlowDraft) => Promise<string>;
}

/** The person returns by redirect. Usher has found the flow by `state` and checked that the same browser started it. */
export interface ReturnExchange {
  readonly step: "return";
  /** Each is a single string of limited length, never a list or an object. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly flow: PendingFlow;
}

/** The browser posted a message. The type finds the flow by the request id in it, before any cryptography. */
export interface PostExchange {
  readonly step: "post";
  /** Each is a single string of limited length, never a list or an object. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly findFlow: (requestId: string) => Promise<PendingFlow | null>;
}

/** The request of a strategy's `authenticate`: one step of a sign-in, with everything that Usher has checked already. */
export type Exchange = StartExchange | ReturnExchange | PostExchange;

/** A posted message that was verified. */
export interface PostedMessage {
  /** The flow of the request that the message answers. */
  readonly flow: PendingFlow;
  /** The note that keeps a copy of the message from being accepted. */
  readonly replay: ReplayNote;
}

/**
 * A posted message that answers no request, where the connection's settings allow one (SAML's IdP-initiated sign-in).
 * Usher throws the message away and begins a sign-in of its own. Usher cannot trust it, because any page can post such
 * a message, even one about a different person.
 */
export interface UnsolicitedMessage {
  readonly unsolicited: true;
  /** Where the provider wants to lead the person, unchecked (SAML's RelayState); `null` if it does not say. */
  readonly target: string | null;
}

/** The argument of a strategy's `success`: the verified message. */
export interface Verification<Verified> {
  readonly verified: Verified;
  /** What is special to a posted message; `null` if the message came by redirect. */
  readonly posted: PostedMessage | null;
}
