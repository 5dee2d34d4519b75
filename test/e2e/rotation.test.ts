/** Providers that change their certificates or keys while people sign in, and metadata addresses that fail at a restart. */
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { migratedDatabaseUrl } from "../support/migrated-database.js";
import { startHostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant } from "../support/saml-tenant.js";
import { createTenant, makePerson, whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
beforeAll(async () => {
  usher = await startTestUsher();
});
afterAll(() => usher.stop());

const browsers = (count: number): readonly Browser[] => Array.from({ length: count }, () => createBrowser());
const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);

async function withSamlProvider(run: (provider: SamlProvider) => Promise<void>): Promise<void> {
  const provider = await startSamlProvider();
  try {
    await run(provider);
  } finally {
    await provider.close();
  }
}

describe("a SAML provider that changes its certificate while people sign in", () => {
  it("refuses nobody and ends no session if the connection has the address of its metadata", () =>
    withSamlProvider(async (provider) => {
      const tenant = await createSamlTenant(usher, provider, { settings: { metadataUrl: provider.metadataUrl } });
      const [inside, ...early] = browsers(6);
      await tenant.signIn(inside!);
      for (let change = 0; change < 2; change++) {
        const underWay = await Promise.all(early.map((browser) => tenant.authenticate(browser)));
        provider.setKeys([createProviderKey()]);
        const late = browsers(6);
        await Promise.all(late.map((browser) => tenant.signIn(browser, "p-1002")));
        // The provider signed these just before the change.
        const posted = await Promise.all(
          underWay.map(({ fields }, index) => tenant.post(early[index]!, fields as Record<string, string>)),
        );
        expect(posted.map(({ status }) => status)).toEqual(early.map(() => 303));
        expect(await Promise.all(late.map(signedIn))).toEqual(late.map(() => "ben@acme.example"));
      }
      expect(await signedIn(inside!)).toBe("ann@acme.example");
      expect((await tenant.attempts()).filter(({ outcome }) => outcome.startsWith("SAML_"))).toEqual([]);
    }));

  it("is refused by the fingerprint of its new certificate if the metadata was pasted, and no session ends", () =>
    withSamlProvider(async (provider) => {
      const tenant = await createSamlTenant(usher, provider);
      const [inside, outside] = browsers(2);
      await tenant.signIn(inside!);
      const [before, after] = [provider.keys()[0]!, createProviderKey()];
      provider.setKeys([after]);
      await tenant.signIn(outside!);
      const [attempt] = await tenant.attempts();
      expect(attempt!.detail).toContain(new X509Certificate(after.certificate).fingerprint256);
      expect(attempt!.detail).toContain(new X509Certificate(before.certificate).fingerprint256);
      expect(attempt!.remedy).toContain("add");
      expect([await signedIn(outside!), await signedIn(inside!)]).toEqual([null, "ann@acme.example"]);

      // The remedy: the new certificate beside the old one.
      await tenant.updateConnection({ settings: { saml: { certificates: [before.base64, after.base64] } } });
      await tenant.signIn(outside!);
      expect([await signedIn(outside!), await signedIn(inside!)]).toEqual(["ann@acme.example", "ann@acme.example"]);
    }));
});

describe("an OpenID provider that changes its keys while people sign in", () => {
  it.each([true, false])("refuses nobody and ends no session (it still publishes the old key: %s)", async (keepOld) => {
    const provider = await startHostileOpenIdProvider();
    try {
      const tenant = await createTenant(usher, provider);
      const [inside, ...early] = browsers(6);
      await tenant.signIn(inside!, makePerson("ida"));
      const underWay = await Promise.all(early.map((browser) => tenant.authenticate(browser, makePerson("eve"))));
      provider.rotateKeys({ keepOld });
      const late = browsers(6);
      await Promise.all([
        ...late.map((browser) => tenant.signIn(browser, makePerson("leo"))),
        ...underWay.map((callback, index) => early[index]!.get(callback)),
      ]);
      expect(await Promise.all([...early, ...late].map(signedIn))).toEqual([
        ...early.map(() => "eve@acme.test"),
        ...late.map(() => "leo@acme.test"),
      ]);
      expect(await signedIn(inside!)).toBe("ida@acme.test");
    } finally {
      await provider.close();
    }
  });
});

describe("a metadata address that answers 503 when Usher starts again", () => {
  it("does not keep people out, because the last good copy serves, and a finding and the health say since when", () =>
    withSamlProvider(async (provider) => {
      const database = await migratedDatabaseUrl();
      try {
        const before = await startTestUsher({ databaseUrl: database.url });
        const tenant = await createSamlTenant(before, provider, { settings: { metadataUrl: provider.metadataUrl } });
        // The certificate of the settings is not that of the last good copy.
        provider.setKeys([createProviderKey()]);
        await tenant.signIn(createBrowser());
        await before.stop();
        provider.setMetadataStatus(503);

        const { PORT, USHER_URL } = before.environment as { PORT: string; USHER_URL: string };
        const after = await startTestUsher({ databaseUrl: database.url, environment: { PORT, USHER_URL } });
        try {
          const browser = createBrowser();
          await tenant.signIn(browser, "p-1002");
          expect(await whoIsSignedIn(browser, after)).toBe("ben@acme.example");
          const { testConnection } = await tenant.ask(
            `mutation ($id: ID!) { testConnection(id: $id) { findings { check level message remedy } } }`,
            { id: tenant.connectionId },
          );
          expect(testConnection.findings).toContainEqual({
            check: "METADATA_REACHABLE",
            level: "ERROR",
            message: expect.stringMatching(/status 503.* Sign-ins use the document of 20\d\d-/),
            remedy: expect.stringContaining("metadataUrl"),
          });
        } finally {
          await after.stop();
        }
      } finally {
        await database.remove();
      }
    }));
});
