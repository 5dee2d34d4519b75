/**
 * A correct stand-in for one Entra ID directory: the OpenID provider of the tests, with the issuer, the claims and the special
 * cases that Microsoft documents for its v2.0 endpoints.
 */
import { startOpenIdProvider, type OpenIdProvider } from "../openid/provider.js";
import { ENTRA_CLAIMS, entraClaimsOf, entraSubjectOf, type EntraPerson, type OptionalClaim } from "./people.js";

export { entraSubjectOf, type EntraPerson } from "./people.js";

export interface EntraOptions {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly people: readonly EntraPerson[];
  /** The optional claims. Defaults to none, as in a new app registration. */
  readonly optionalClaims?: readonly OptionalClaim[];
  readonly brand?: string;
}

/** A running directory. */
export interface EntraProvider extends Omit<OpenIdProvider, "people"> {
  /** The value for `USHER_ENTRA_AUTHORITY`. */
  readonly authority: string;
  readonly tenantId: string;
}

/** Starts a directory. The caller closes it. Its pages identify people by `entraSubjectOf(oid)`. */
export async function startEntraProvider(options: EntraOptions): Promise<EntraProvider> {
  const { tenantId, clientId, clientSecret, brand = "Stand-in Entra ID" } = options;
  const optional = new Set(options.optionalClaims);
  const people = new Map(options.people.map((person) => [entraSubjectOf(person.oid), person]));
  const provider = await startOpenIdProvider({
    brand,
    issuerPath: `/${tenantId}/v2.0`,
    clients: [{ clientId, clientSecret, redirectUris: [], clientAuthentication: "client_secret_post" }],
    people: [...people].map(([sub, { name, userPrincipalName }]) => ({
      sub,
      name,
      preferred_username: userPrincipalName,
    })),
    claimNames: ENTRA_CLAIMS,
    claimsOf: ({ sub }, request) => {
      const person = people.get(sub);
      if (person === undefined) throw new Error(`the directory has no person ${sub}`);
      return entraClaimsOf(person, tenantId, optional, request);
    },
  });
  return { ...provider, authority: provider.origin, tenantId };
}
