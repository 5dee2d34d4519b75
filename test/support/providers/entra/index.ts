/**
 * A correct stand-in for directories of Entra ID: the OpenID provider of the tests, with the issuer, the claims and the special
 * cases that Microsoft documents for its v2.0 endpoints, and the endpoints that all directories share.
 */
import { createOpenIdSite, startServer, type OpenIdProvider } from "../openid/provider.js";
import { answerOrganizations, type Directory } from "./organizations.js";
import { ENTRA_CLAIMS, entraClaimsOf, entraSubjectOf, type EntraPerson, type OptionalClaim } from "./people.js";

export { entraSubjectOf, type EntraPerson } from "./people.js";

/** A directory and its people. */
interface DirectoryOptions {
  readonly tenantId: string;
  readonly people: readonly EntraPerson[];
}

export interface EntraOptions extends DirectoryOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Further directories of the cloud that know the same app. */
  readonly further?: readonly DirectoryOptions[];
  /** The optional claims. Defaults to none, as in a new app registration. */
  readonly optionalClaims?: readonly OptionalClaim[];
  readonly brand?: string;
}

/** A running cloud. Its `issuer` is that of the first directory. */
export interface EntraProvider extends Omit<OpenIdProvider, "people"> {
  /** The value for `USHER_ENTRA_AUTHORITY`. */
  readonly authority: string;
  /** The first directory. */
  readonly tenantId: string;
  /** The directories whose administrator consented. */
  readonly consented: ReadonlySet<string>;
}

/** Starts the directories. The caller closes them. Their pages identify people by `entraSubjectOf(oid)`. */
export async function startEntraProvider(options: EntraOptions): Promise<EntraProvider> {
  const { tenantId, people, clientId, further = [], brand = "Stand-in Entra ID" } = options;
  const { port, answerWith, close } = await startServer();
  const directories: Directory[] = [];
  for (const directory of [{ tenantId, people }, ...further])
    directories.push({ tenantId: directory.tenantId, site: await createDirectory(options, directory, port) });
  const [first] = directories;
  if (first === undefined) throw new Error("the stand-in has no directory");
  const redirectUris: string[] = [];
  const consented = new Set<string>();
  const shared = { brand, origin: first.site.origin, clientId, directories, redirectUris, consented };
  answerWith((request, response) => {
    const own = directories.find((each) => request.url?.startsWith(`/${each.tenantId}/`)) ?? first;
    answerOrganizations(shared, request, response).then(
      (isAnswered) => isAnswered || own.site.answer(request, response),
      () => response.destroy(),
    );
  });
  return {
    ...first.site,
    authority: first.site.origin,
    tenantId,
    consented,
    addRedirectUri: (uri) => {
      redirectUris.push(uri);
      for (const { site } of directories) site.addRedirectUri(uri);
    },
    close,
  };
}

async function createDirectory(options: EntraOptions, { tenantId, people }: DirectoryOptions, port: number) {
  const { clientId, clientSecret, brand = "Stand-in Entra ID" } = options;
  const optional = new Set(options.optionalClaims);
  const bySub = new Map(people.map((person) => [entraSubjectOf(person.oid), person]));
  return await createOpenIdSite(
    {
      brand,
      issuerPath: `/${tenantId}/v2.0`,
      clients: [{ clientId, clientSecret, redirectUris: [], clientAuthentication: "client_secret_post" }],
      people: [...bySub].map(([sub, { name, userPrincipalName }]) => ({
        sub,
        name,
        preferred_username: userPrincipalName,
      })),
      claimNames: ENTRA_CLAIMS,
      claimsOf: ({ sub }, request) => {
        const person = bySub.get(sub);
        if (person === undefined) throw new Error(`the directory has no person ${sub}`);
        return entraClaimsOf(person, tenantId, optional, request);
      },
    },
    port,
  );
}
