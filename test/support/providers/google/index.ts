/**
 * A correct stand-in for Google's sign-in: the OpenID provider of the tests, with the claims in Google's documentation
 * ("OpenID Connect: An ID token's payload"). Workspace accounts have `hd`, personal accounts do not.
 */
import { startOpenIdProvider, type OpenIdProvider } from "../openid/provider.js";

/** A Google account. */
export interface GooglePerson {
  /** Google's subjects have twenty-one digits. */
  readonly sub: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  /** The Workspace's domain. Personal accounts have none, even if their address is in a Workspace's domain. */
  readonly hostedDomain?: string;
  /** Defaults to true. */
  readonly emailVerified?: boolean;
}

export interface GoogleOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly people: readonly GooglePerson[];
  readonly brand?: string;
}

/** Starts the stand-in. The caller closes it. Its `issuer` is the value for `USHER_GOOGLE_ISSUER`. */
export function startGoogleProvider(options: GoogleOptions): Promise<OpenIdProvider> {
  const { clientId, clientSecret, people, brand = "Stand-in Google" } = options;
  return startOpenIdProvider({
    brand,
    clients: [{ clientId, clientSecret, redirectUris: [], clientAuthentication: "client_secret_post" }],
    people: people.map(describe),
    claimNames: ["hd", "picture"],
  });
}

function describe({ sub, email, givenName, familyName, hostedDomain, emailVerified = true }: GooglePerson) {
  return {
    sub,
    email,
    email_verified: emailVerified,
    name: `${givenName} ${familyName}`,
    given_name: givenName,
    family_name: familyName,
    picture: "https://lh3.googleusercontent.com/a/stand-in",
    ...(hostedDomain !== undefined && { hd: hostedDomain }),
  };
}
