/** Options and members of the OpenID stand-in. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** A person at the stand-in. Every member is a claim. Tests may add further claims. */
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

/** A registered application. */
export interface OpenIdClient {
  readonly clientId: string;
  /** Not used with `private_key_jwt`. */
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  /** How the application authenticates at the token endpoint (OpenID Connect Core 9). Defaults to `client_secret_basic`. */
  readonly clientAuthentication?: "client_secret_basic" | "client_secret_post" | "private_key_jwt";
}

/** The answer that will contain the claims. */
export interface ClaimsRequest {
  readonly use: "id_token" | "userinfo";
  readonly scopes: readonly string[];
  readonly clientId: string;
}

export interface OpenIdProviderOptions {
  /** Defaults to a free port. */
  readonly port?: number;
  /** The host of the issuer, which must lead to this machine. Defaults to `127.0.0.1`. */
  readonly host?: string;
  /** The path of the issuer, without a slash at the end: `/TENANT/v2.0` for Entra ID. */
  readonly issuerPath?: string;
  readonly clients: readonly OpenIdClient[];
  readonly people: readonly OpenIdPerson[];
  /** The name on the provider's pages. Defaults to `Stand-in OpenID`. */
  readonly brand?: string;
  /** Where the claims of scopes such as `profile` and `email` are sent. Both answers have `sub`. Defaults to `id_token`. */
  readonly claimsIn?: "id_token" | "userinfo";
  /** Claims that tests add to people later. The library drops claims that neither this list nor the first people have. */
  readonly claimNames?: readonly string[];
  /** Makes the claims of an answer. Defaults to the members of the person. It cannot change `sub`. */
  readonly claimsOf?: (person: OpenIdPerson, request: ClaimsRequest) => Readonly<Record<string, unknown>>;
  /** Answers further addresses on the same port, such as a directory API. If it returns false, the provider answers. */
  readonly serveMore?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface OpenIdProvider {
  readonly issuer: string;
  /** `http://host:port`, the start of the issuer. */
  readonly origin: string;
  readonly discoveryUrl: string;
  /** The id of the first client. */
  readonly clientId: string;
  /** The secret of the first client. */
  readonly clientSecret: string;
  /** Tests may add, change and remove people at any time. */
  readonly people: OpenIdPerson[];
  /** Names the key document of the first client, which authenticates with `private_key_jwt`. */
  setJwksUri(uri: string): void;
  /** Allows a redirect URI for the named client, or for the first client. */
  addRedirectUri(uri: string, clientId?: string): void;
  /** Where the stand-in posts logout tokens with `sid` for the named client, or for the first client. */
  setBackChannelLogoutUri(uri: string, clientId?: string): void;
  /** Allows an address to return to after a sign-out, for the named client or for the first client. */
  addPostLogoutRedirectUri(uri: string, clientId?: string): void;
  close(): Promise<void>;
}
