/** A hostile Google: the hostile OpenID provider with the claims of a Google account. */
import { startHostileOpenIdProvider, type HostileOpenIdProvider, type Person } from "../hostile-openid/index.js";

export const DOMAIN = "acme.example";

export interface HostileGoogle extends HostileOpenIdProvider {
  /** A person of the Workspace, with changed claims. `undefined` removes a claim. */
  readonly person: (claims?: Readonly<Record<string, unknown>>) => Person;
}

/** Starts the hostile provider. The caller closes it. */
export async function startHostileGoogle(): Promise<HostileGoogle> {
  const provider = await startHostileOpenIdProvider({
    clientAuthentication: "client_secret_post",
    namesIssuer: true,
    requiresPkce: true,
  });
  return {
    ...provider,
    person: (claims = {}) => ({
      claims: {
        sub: "107691503500061507151",
        azp: provider.clientId,
        hd: DOMAIN,
        email: `ada@${DOMAIN}`,
        email_verified: true,
        name: "Ada Lovelace",
        given_name: "Ada",
        family_name: "Lovelace",
        ...claims,
      },
    }),
  };
}
