/** The stand-in identity providers of the demonstration. Each runs in this process on a free port. */
import { startEntraProvider } from "../test/support/providers/entra/index.js";
import { startGoogleProvider } from "../test/support/providers/google/index.js";
import { startOpenIdProvider } from "../test/support/providers/openid/provider.js";
import { startSamlProvider } from "../test/support/providers/saml/index.js";

export interface DemoProvider {
  /** The connection's name: "Sign in to NAME". */
  readonly displayName: string;
  /** The settings of `createConnection`. */
  readonly settings: Readonly<Record<string, object>>;
  /** Enters the values of the connection's `serviceProvider`, by name, at the provider. */
  readonly register: (details: ReadonlyMap<string, string>) => void;
  /** Its origin, which the guarded fetch must be allowed to reach. */
  readonly origin: string;
  /** Variables with the provider's address, for types without a setting for it. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

const CLIENT_ID = "usher-demo";
const CLIENT_SECRET = "the demonstration's client secret";
const CLIENT = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };

export async function startProviders(): Promise<readonly DemoProvider[]> {
  return await Promise.all([startOpenId(), startEntra(), startGoogle(), startSaml()]);
}

async function startOpenId(): Promise<DemoProvider> {
  const provider = await startOpenIdProvider({
    brand: "Acme ID (a stand-in)",
    clients: [{ ...CLIENT, redirectUris: [] }],
    people: [
      person("ada", "Ada", "Lovelace", ["Engineering"]),
      person("grace", "Grace", "Hopper", ["Engineering", "Administrators"]),
      person("alan", "Alan", "Turing", []),
    ],
  });
  return {
    displayName: "Acme ID",
    settings: { oidc: { discoveryUrl: provider.discoveryUrl, ...CLIENT } },
    register: registerAt(provider),
    origin: provider.origin,
    close: () => provider.close(),
  };
}

function person(sub: string, firstName: string, lastName: string, groups: readonly string[]) {
  return {
    sub,
    email: `${sub}@acme.example`,
    email_verified: true,
    given_name: firstName,
    family_name: lastName,
    name: `${firstName} ${lastName}`,
    preferred_username: sub,
    groups,
  };
}

async function startEntra(): Promise<DemoProvider> {
  const tenantId = "5f0c9b1e-2d3a-4c4b-8e5d-6a7b8c9d0e1f";
  const provider = await startEntraProvider({
    ...CLIENT,
    tenantId,
    brand: "Microsoft Entra ID (a stand-in)",
    optionalClaims: ["given_name", "family_name", "xms_edov", "acct", "groups"],
    people: [
      {
        oid: "0a1b2c3d-0000-4000-8000-000000000001",
        name: "Katherine Johnson",
        givenName: "Katherine",
        familyName: "Johnson",
        userPrincipalName: "katherine@acme.example",
        mail: "katherine@acme.example",
        mailDomainOwnerVerified: true,
        roles: ["Trainer"],
        groups: ["7d8e9f00-0000-4000-8000-000000000001"],
      },
      {
        oid: "0a1b2c3d-0000-4000-8000-000000000002",
        name: "Margaret Hamilton (guest)",
        givenName: "Margaret",
        familyName: "Hamilton",
        userPrincipalName: "margaret_other.example#EXT#@acme.onmicrosoft.com",
        mail: "margaret@other.example",
        guestOf: "6e1d8a2f-3c4b-4d5a-9f6e-7b8c9d0e1f2a",
      },
    ],
  });
  return {
    displayName: "Acme's Microsoft account",
    settings: { entraId: { tenantId, ...CLIENT } },
    register: registerAt(provider),
    origin: provider.origin,
    environment: { USHER_ENTRA_AUTHORITY: provider.authority },
    close: () => provider.close(),
  };
}

async function startGoogle(): Promise<DemoProvider> {
  const domain = "acme.example";
  const provider = await startGoogleProvider({
    ...CLIENT,
    brand: "Google (a stand-in)",
    people: [
      {
        sub: "107691503500061507151",
        email: `hedy@${domain}`,
        givenName: "Hedy",
        familyName: "Lamarr",
        hostedDomain: domain,
      },
      {
        sub: "107691503500061507152",
        email: `mallory@${domain}`,
        givenName: "Mallory",
        familyName: "Moore (a personal account, which is refused)",
      },
    ],
  });
  return {
    displayName: "Acme's Google account",
    settings: { googleWorkspace: { domains: [domain], ...CLIENT } },
    register: registerAt(provider),
    origin: provider.origin,
    environment: { USHER_GOOGLE_ISSUER: provider.issuer },
    close: () => provider.close(),
  };
}

async function startSaml(): Promise<DemoProvider> {
  const provider = await startSamlProvider({
    brand: "Acme SAML (a stand-in)",
    people: [
      {
        id: "E-2001",
        email: "dorothy@acme.example",
        firstName: "Dorothy",
        lastName: "Vaughan",
        employeeId: "2001",
        department: "Computing",
        groups: ["Engineering", "Administrators"],
      },
      { id: "E-2002", email: "mary@acme.example", firstName: "Mary", lastName: "Jackson", groups: ["Engineering"] },
    ],
  });
  return {
    displayName: "Acme's SAML account",
    settings: { saml: { metadataUrl: provider.metadataUrl } },
    // The sign-in request has the address for the response, and this stand-in accepts any address.
    register: () => {},
    origin: provider.url,
    close: () => provider.close(),
  };
}

/** An OpenID provider needs only the redirect URL. */
function registerAt(provider: { readonly addRedirectUri: (uri: string) => void }): DemoProvider["register"] {
  return (details) => {
    const redirectUrl = details.get("redirectUrl");
    if (redirectUrl === undefined) throw new Error("the connection shows no redirect URL");
    provider.addRedirectUri(redirectUrl);
  };
}
