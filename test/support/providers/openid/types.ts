/** What a test says to the stand-in OpenID provider, and what it gets back. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Somebody who can sign in at the stand-in. Every member is a claim; claims beyond the usual ones go in as they are. */
export interface OpenIdPerson {
  readonly sub: string;
  email?: string;
  email_verified?: boolean;
  given_name?: string;
  family_name?: string;
  name?: string;
  preferred_username?: string;
  groups?: readonly string[];
  [claim: string]: unknown;
}

/** An application that the stand-in knows. */
export interface OpenIdClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  /** How the application shows its secret at the token endpoint (OpenID Connect Core 9); `client_secret_basic` when absent. */
  readonly clientAuthentication?: "client_secret_basic" | "client_secret_post";
}

/** Which answer is being made when claims are asked for. */
export interface ClaimsRequest {
  readonly use: "id_token" | "userinfo";
  readonly scopes: readonly string[];
  readonly clientId: string;
}

export interface OpenIdProviderOptions {
  /** A free port when absent. */
  readonly port?: number;
  /** The host in the issuer, which must lead to this machine; `127.0.0.1` when absent. */
  readonly host?: string;
  /** Comes after host and port in the issuer, without a slash at its end: `/TENANT/v2.0` is Entra's shape. */
  readonly issuerPath?: string;
  readonly clients: readonly OpenIdClient[];
  readonly people: readonly OpenIdPerson[];
  /** The name on the provider's pages; `Stand-in OpenID` when absent. */
  readonly brand?: string;
  /** Where the claims of `profile`, `email` and the like go; `sub` is in both. `id_token` when absent. */
  readonly claimsIn?: "id_token" | "userinfo";
  /** Claims beyond those that the people have at the start: the library drops claims that it was never told of. */
  readonly claimNames?: readonly string[];
  /** Makes the claims of an answer from the person; the person as it is when absent. `sub` cannot be changed. */
  readonly claimsOf?: (person: OpenIdPerson, request: ClaimsRequest) => Readonly<Record<string, unknown>>;
  /** Answers further addresses on the same port (a directory API, say); false leaves the request to the provider. */
  readonly serveMore?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface OpenIdProvider {
  readonly issuer: string;
  /** `http://host:port`, which the issuer begins with. */
  readonly origin: string;
  readonly discoveryUrl: string;
  /** The first client's. */
  readonly clientId: string;
  /** The first client's. */
  readonly clientSecret: string;
  /** Add, change or remove people at any time: every answer reads this list. */
  readonly people: OpenIdPerson[];
  /** Allows a redirect URI for the named client or the first. */
  addRedirectUri(uri: string, clientId?: string): void;
  /** Allows an address to return to after signing out, for the named client or the first. */
  addPostLogoutRedirectUri(uri: string, clientId?: string): void;
  close(): Promise<void>;
}
