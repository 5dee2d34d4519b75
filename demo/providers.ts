/** The stand-in identity providers of the demonstration, each in this process and on a free port. */
import { startOpenIdProvider, type OpenIdProvider } from "../test/support/providers/openid/provider.js";

export interface DemoProviders {
  readonly openId: OpenIdProvider;
  /** `host:port` of each, which the guarded fetch must be allowed to reach. */
  readonly hosts: readonly string[];
  readonly close: () => Promise<void>;
}

/** Starts them. */
export async function startProviders(): Promise<DemoProviders> {
  const openId = await startOpenIdProvider({
    brand: "Acme ID (a stand-in)",
    clients: [{ clientId: "usher-demo", clientSecret: "the demonstration's client secret", redirectUris: [] }],
    people: [
      person("ada", "Ada", "Lovelace", ["Engineering", "Administrators"]),
      person("grace", "Grace", "Hopper", ["Engineering"]),
      person("alan", "Alan", "Turing", []),
    ],
  });
  return {
    openId,
    hosts: [new URL(openId.origin).host],
    close: () => openId.close(),
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
