/**
 * What the OpenID Connect protocol needs of its surroundings, and the shapes that its parts pass to one another. The
 * connection-type contract's own types satisfy these, so that the protocol knows nothing of Usher.
 */
import type { Fetch } from "../http/index.js";

/** What is lent for every step: the network and the clock. */
export interface Surroundings {
  readonly fetch: Fetch;
  readonly now: () => Date;
  /** How long one request to the provider may take, in milliseconds; ten seconds when left out. */
  readonly requestTimeoutMilliseconds?: number;
  /** What was learnt of the provider before, by this process or another one; absent where nothing keeps it. */
  readonly memory?: ProviderMemory;
}

/** Keeps what is learnt of one provider under names: plain texts and lists of texts. */
export interface ProviderMemory {
  readonly recall: (name: string) => { readonly facts: RecalledFacts; readonly learnedAt: Date } | null;
  /** Never rejects. */
  readonly keep: (name: string, facts: RecalledFacts) => Promise<void>;
}

/** As they were kept; to be checked like any input. */
export type RecalledFacts = Readonly<Record<string, string | readonly string[]>>;

/** Which addresses this installation may use; each rule answers a sentence that says why not, or `null`. */
export interface AddressRules {
  readonly serverUrl: (url: URL) => string | null;
  readonly browserUrl: (url: URL) => string | null;
}

/** A provider whose issuer and endpoints were checked (OpenID Connect Discovery 1.0, section 3). */
export interface Provider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string | null;
  readonly endSessionEndpoint: string | null;
  /** The provider says that each of its responses names its issuer (RFC 9207, section 3). */
  readonly namesIssuerInResponses: boolean;
}

/** The ways in which a client proves itself at the token endpoint (OpenID Connect Core 1.0, section 9). */
export const CLIENT_AUTHENTICATIONS = ["client_secret_basic", "client_secret_post"] as const;
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** This installation as the provider knows it. */
export interface Client {
  readonly id: string;
  readonly secret: string;
  readonly authentication: ClientAuthentication;
  readonly redirectUri: string;
}

/** The claims of a verified ID token, perhaps with those of userinfo (OpenID Connect Core 1.0, section 5.1). */
export type Claims = Readonly<Record<string, unknown>>;

/** What a sign-in proved: who vouches, for whom, and what else was said. */
export interface VerifiedSignIn {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  /** For requests on behalf of the person; never stored. */
  readonly accessToken: string;
  /** Why the claims are those of the ID token alone, though userinfo was asked. */
  readonly withheld?: Withheld;
}

/** Userinfo that was not to be had. */
export interface Withheld {
  /** For administrators. */
  readonly reason: string;
  /** The provider answered that it does not tell; otherwise it could not answer, and there may be more. */
  readonly isDenied: boolean;
}
