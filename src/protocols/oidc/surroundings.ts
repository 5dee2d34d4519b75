/**
 * What OpenID Connect needs from its caller, and the types that its parts share. The `Runtime` of the connection-type
 * contract has all of it, so the protocol does not depend on Usher.
 */
import type { Fetch } from "../http/index.js";

/** The network and the clock. */
export interface Surroundings {
  readonly fetch: Fetch;
  readonly now: () => Date;
  /** How long one request to the provider may take, in milliseconds; ten seconds when left out. */
  readonly requestTimeoutMilliseconds?: number;
  /** Facts about the provider that this or another process stored earlier. Absent if nothing stores them. */
  readonly memory?: ProviderMemory;
}

/** Stores facts about one provider, by name. A fact is a text or a list of texts. */
export interface ProviderMemory {
  readonly recall: (name: string) => { readonly facts: RecalledFacts; readonly learnedAt: Date } | null;
  /** Stores facts under a name. Never rejects. */
  readonly keep: (name: string, facts: RecalledFacts) => Promise<void>;
}

/** Facts in the form in which they were stored. Whoever reads them must check them like any input. */
export type RecalledFacts = Readonly<Record<string, string | readonly string[]>>;

/** Which addresses this installation may use. Each rule returns the reason to refuse an address, or `null`. */
export interface AddressRules {
  readonly serverUrl: (url: URL) => string | null;
  readonly browserUrl: (url: URL) => string | null;
}

/** A provider with a checked issuer and checked endpoints (OpenID Connect Discovery 1.0, section 3). */
export interface Provider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string | null;
  readonly endSessionEndpoint: string | null;
  /** The provider says that each of its responses names its issuer (RFC 9207, section 3). */
  readonly namesIssuerInResponses: boolean;
  /** How this installation signs client assertions for the provider. */
  readonly assertionAlgorithm: AssertionAlgorithm;
}

/** How a client authenticates at the token endpoint (OpenID Connect Core 1.0, section 9). */
export const CLIENT_AUTHENTICATIONS = ["client_secret_basic", "client_secret_post", "private_key_jwt"] as const;
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** The algorithms of client assertions, the preferred one first. */
export const ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256"] as const;
export type AssertionAlgorithm = (typeof ASSERTION_ALGORITHMS)[number];

/** A key pair for client assertions. */
export interface AssertionKey {
  /** The thumbprint of the key (RFC 7638), which is also its `kid`. */
  readonly id: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  /** The JSON Web Key for the provider (RFC 7517). It has only public members. */
  readonly publicKey: Readonly<Record<string, string>>;
}

/** Whom a client assertion is for (`aud`). */
export const ASSERTION_AUDIENCES = ["ISSUER", "TOKEN_ENDPOINT"] as const;
export type AssertionAudience = (typeof ASSERTION_AUDIENCES)[number];

/** Usher as the provider knows it: as a client of OpenID Connect. */
export type Client = SecretClient | AssertionClient;

interface AnyClient {
  readonly id: string;
  readonly redirectUri: string;
}

/** A client that sends a secret. */
export interface SecretClient extends AnyClient {
  readonly authentication: "client_secret_basic" | "client_secret_post";
  readonly secret: string;
}

/** A client that signs assertions. */
export interface AssertionClient extends AnyClient {
  readonly authentication: "private_key_jwt";
  readonly keys: readonly AssertionKey[];
  readonly audience: AssertionAudience;
}

/** The claims of a verified ID token, and of userinfo if it was requested (OpenID Connect Core 1.0, section 5.1). */
export type Claims = Readonly<Record<string, unknown>>;

/** A verified sign-in. */
export interface VerifiedSignIn {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  /** The access token, for requests on behalf of the person. Usher never stores it. */
  readonly accessToken: string;
  /**
   * The ID token as the provider sent it, for a later sign-out there. Empty for claims that an administrator typed in.
   */
  readonly idToken: string;
  /** Present if Usher asked userinfo and got no claims. */
  readonly withheld?: Withheld;
}

/** Why there is no userinfo. */
export interface Withheld {
  /** A sentence for administrators. */
  readonly reason: string;
  /**
   * `true` if the provider denied userinfo. `false` if the provider could not answer, so that the person may have more
   * claims.
   */
  readonly isDenied: boolean;
}
