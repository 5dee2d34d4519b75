/** A connection whose provider refuses everybody: what Usher tells the administrators, and what strangers cannot cause. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RATE_LIMITS: "off" } });
  provider = await startHostileOpenIdProvider();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

async function failing(tenant: Tenant): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { events } = await tenant.ask(
    `query ($id: ID!) { events(organizationId: $id, types: ["connection.failing"], first: 50) { nodes { data } } }`,
    { id: tenant.organizationId },
  );
  return events.nodes.map(({ data }: { readonly data: { readonly failing: object } }) => data.failing);
}
const healthOf = async (tenant: Tenant) =>
  (
    await tenant.ask(
      "query ($id: ID!) { connection(id: $id) { health { failingSince failingCode lastFailureCode } } }",
      {
        id: tenant.connectionId,
      },
    )
  ).connection.health;

it("announces a refused client secret once, shows it in the health, and ends with the next sign-in", async () => {
  const tenant = await createTenant(usher, provider);
  provider.setFault("token-secret-wrong");
  for (let time = 0; time < 4; time++) await tenant.signIn(createBrowser());
  provider.setFault(null);
  expect(await failing(tenant)).toMatchObject([{ part: "SIGN_INS", code: "OIDC_CLIENT_CREDENTIALS_REFUSED" }]);
  expect(JSON.stringify(await failing(tenant))).not.toContain("AADSTS7000215");
  expect(await healthOf(tenant)).toMatchObject({ failingCode: "OIDC_CLIENT_CREDENTIALS_REFUSED" });
  await tenant.signIn(createBrowser());
  expect(await healthOf(tenant)).toMatchObject({ failingSince: null, failingCode: null });
});

it("does not count errors that a browser made up, or whatever a stranger sends", async () => {
  const tenant = await createTenant(usher, provider);
  for (let time = 0; time < 6; time++) {
    const browser = createBrowser();
    const state = new URL(await tenant.begin(browser)).searchParams.get("state")!;
    for (const query of [
      `error=invalid_client&state=${state}`,
      "error=server_error&state=made-up",
      "code=x",
      "code=x&state=x",
    ])
      await browser.get(`${tenant.callbackUrl}?${query}`);
    await browser.post(tenant.callbackUrl.replace(/callback$/, "acs"), { SAMLResponse: "eA==" });
  }
  expect(await healthOf(tenant)).toEqual({
    failingSince: null,
    failingCode: null,
    lastFailureCode: "OIDC_CLIENT_CREDENTIALS_REFUSED",
  });
  expect(await failing(tenant)).toEqual([]);
});

it("does not count people whom the organization refuses", async () => {
  const tenant = await createTenant(usher, provider, { policies: { jitProvisioning: false } });
  for (let time = 0; time < 5; time++) await tenant.signIn(createBrowser());
  expect(await healthOf(tenant)).toMatchObject({ failingSince: null, lastFailureCode: "NO_MATCHING_ACCOUNT" });
  expect(await failing(tenant)).toEqual([]);
});
