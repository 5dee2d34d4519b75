/**
 * An Entra ID directory whose tokens can have any claims: the hostile OpenID provider with Entra ID's addresses. Its endpoints
 * and its discovery document are on different hosts, as with Microsoft.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startHostileOpenIdProvider, type HostileOpenIdProvider, type Person } from "../hostile-openid/index.js";

export const TENANT_ID = "11111111-aaaa-4bbb-8ccc-222222222222";
export const OTHER_TENANT_ID = "99999999-aaaa-4bbb-8ccc-222222222222";
export const ADA_OID = "aaaaaaaa-0000-4000-8000-000000000001";

export interface HostileEntra extends HostileOpenIdProvider {
  readonly authority: string;
  /** The v2.0 issuer of the directory. */
  readonly tenantIssuer: string;
  /** A person of the directory, with changed claims. `undefined` removes a claim. */
  readonly person: (claims?: Readonly<Record<string, unknown>>) => Person;
}

/** Starts the hostile directory. The caller closes it. */
export async function startHostileEntra(): Promise<HostileEntra> {
  const provider = await startHostileOpenIdProvider({ clientAuthentication: "client_secret_post" });
  let authority = "";
  const server = createServer((request, response) => {
    void answerDiscovery(provider.url, authority, request.url ?? "/").then(
      ({ status, text }) => response.writeHead(status, { "content-type": "application/json" }).end(text),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tenantIssuer = `${authority}/${TENANT_ID}/v2.0`;
  return {
    ...provider,
    authority,
    tenantIssuer,
    person: (claims = {}) => ({
      claims: {
        iss: tenantIssuer,
        ver: "2.0",
        sub: "a-pairwise-subject",
        tid: TENANT_ID,
        oid: ADA_OID,
        email: "ada@acme.example",
        preferred_username: "ada@acme.example",
        name: "Ada Lovelace",
        given_name: "Ada",
        family_name: "Lovelace",
        ...claims,
      },
    }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await provider.close();
    },
  };
}

/** The documents of the only directory and of all directories. Other directories get Microsoft's error. */
async function answerDiscovery(upstream: string, authority: string, path: string) {
  const [, tenant = "", ...rest] = path.split("/");
  if (![TENANT_ID, "organizations"].includes(tenant) || rest.join("/") !== "v2.0/.well-known/openid-configuration") {
    const error_description = `AADSTS90002: Tenant '${tenant}' not found.`;
    return { status: 400, text: JSON.stringify({ error: "invalid_tenant", error_description }) };
  }
  const response = await fetch(`${upstream}/.well-known/openid-configuration`);
  const text = await response.text();
  const ownIssuer = `${authority}/${tenant === TENANT_ID ? TENANT_ID : "{tenantid}"}/v2.0`;
  return { status: response.status, text: text.replace(`"issuer":"${upstream}"`, `"issuer":"${ownIssuer}"`) };
}
