/** SAML from an empty installation to a signed-in person, over real HTTP: the steps of operator, administrator and person. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { describePerson, type SignedPart } from "../support/providers/saml/response.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const MINUTE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 60 * MINUTE_MILLISECONDS;

let usher: TestUsher;
let provider: SamlProvider;
/** Certificates of connections. The stand-in verifies signed requests with them. */
const ownCertificates: string[] = [];
let clockOffsetMilliseconds = 0;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => new Date(Date.now() + clockOffsetMilliseconds) });
  provider = await startSamlProvider({ serviceProviderCertificates: ownCertificates });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
/** Moves Usher's clock. Returns the times that a provider with the same clock writes into its messages. */
function moveClock(milliseconds: number) {
  clockOffsetMilliseconds = milliseconds;
  const now = new Date(Date.now() + milliseconds);
  const end = new Date(now.getTime() + 5 * MINUTE_MILLISECONDS);
  return { issueInstant: now, notBefore: now, authnInstant: now, notOnOrAfter: end, confirmationEnd: end };
}
const lastOutcome = async (tenant: SamlTenant) => (await tenant.attempts())[0]?.outcome;

/** The certificates that a connection publishes, by use, in PEM. */
async function publishedCertificates(entityId: string, use: "signing" | "encryption"): Promise<string[]> {
  const { text } = await createBrowser().get(entityId);
  const pattern = new RegExp(`use="${use}".*?<(?:ds:)?X509Certificate>([^<]+)<`, "gs");
  return [...text.matchAll(pattern)].map(
    ([, base64 = ""]) => `-----BEGIN CERTIFICATE-----\n${base64.replace(/\s/g, "")}\n-----END CERTIFICATE-----\n`,
  );
}

describe("a SAML sign-in, end to end", () => {
  it.each([
    ["pasted metadata", "pasted", () => ({ metadataXml: provider.metadataXml() })],
    ["a metadata address", "by-address", () => ({ metadataUrl: provider.metadataUrl })],
  ])("signs a person in, from a new organization, a key and a connection with %s", async (_name, slug, metadata) => {
    const { createOrganization } = await usher.ask(
      `mutation ($slug: String!) { createOrganization(input: { name: "Acme", slug: $slug }) { organization { id } } }`,
      { slug },
    );
    const organizationId: string = createOrganization.organization.id;
    const { createApiKey } = await usher.ask(
      `mutation ($id: ID!) { createApiKey(input: { organizationId: $id, name: "Set-up",
         scopes: [CONNECTIONS_READ, CONNECTIONS_WRITE, USERS_READ, EVENTS_READ, AUDIT_READ] }) { apiKey { id } key } }`,
      { id: organizationId },
    );
    const key: string = createApiKey.key;

    // A draft without settings already shows the values to enter at the provider.
    const { createConnection } = await usher.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) {
         connection { id type state serviceProvider { name value } } } }`,
      { input: { organizationId, displayName: "Acme ID", settings: { saml: {} } } },
      key,
    );
    const { id, type, state, serviceProvider } = createConnection.connection;
    expect({ type, state }).toEqual({ type: "saml", state: "DRAFT" });
    const details = Object.fromEntries(
      serviceProvider.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    expect(details).toEqual({
      entityId: `${usher.url}/sso/${id}/metadata`,
      metadataUrl: `${usher.url}/sso/${id}/metadata`,
      acsUrl: `${usher.url}/sso/${id}/acs`,
      signOnUrl: `${usher.url}/sso/${id}/start`,
      logoutUrl: `${usher.url}/sso/${id}/logout`,
    });
    const document = await createBrowser().get(details["metadataUrl"]!);
    expect(document.status).toBe(200);
    expect(document.headers["content-type"]).toBe("application/samlmetadata+xml; charset=utf-8");
    expect(document.text).toContain(`entityID="${details["entityId"]}"`);
    expect(document.text).toMatch(new RegExp(`AssertionConsumerService [^>]*Location="${details["acsUrl"]}"`));

    await usher.ask(
      `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
      { input: { id, settings: { saml: metadata() } } },
      key,
    );
    const { testConnection } = await usher.ask(
      `mutation ($id: ID!) { testConnection(id: $id) { findings { check level } } }`,
      { id },
      key,
    );
    expect(testConnection.findings.filter(({ level }: { level: string }) => level !== "OK")).toEqual([]);
    const { activateConnection } = await usher.ask(
      `mutation ($id: ID!) { activateConnection(id: $id) { connection { state settings { ... on SamlSettings { entityId signOnUrl } } } } }`,
      { id },
      key,
    );
    expect(activateConnection.connection).toEqual({
      state: "ACTIVE",
      settings: { entityId: provider.entityId, signOnUrl: provider.signOnUrl },
    });

    // The person sees Usher's page, then the provider's page and form with its visible button, and is signed in.
    const browser = createBrowser();
    await browser.get(`${usher.url}/o/${slug}`);
    const loginPage = await browser.followLink("Sign in to Acme ID");
    expect(new URL(loginPage.url).origin).toBe(provider.url);
    const request = provider.requests.at(-1)!;
    expect(request).toMatchObject({
      issuer: details["entityId"],
      acsUrl: details["acsUrl"],
      destination: provider.signOnUrl,
      signature: null,
    });
    expect(request.relayState).toMatch(/^[\w-]{43}$/);
    await browser.submitForm(0, { person: "p-1001" });
    const landed = await browser.submitForm("Continue");
    expect(landed.visited[0]).toBe(details["acsUrl"]);
    expect(landed.visited[1]).toMatch(/\/acs\?ticket=[\w-]+$/);
    expect(landed.url).toBe(`${usher.url}/o/${slug}`);
    expect(landed.visibleText).toContain("Ann Archer");

    const viewer = await browser.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({
        query: `{ viewer { user { email firstName lastName employeeId status authMethod role { key } organization { slug } } } }`,
      }),
    });
    expect(JSON.parse(viewer.text).data.viewer.user).toEqual({
      email: "ann@acme.example",
      firstName: "Ann",
      lastName: "Archer",
      employeeId: "E1",
      status: "ACTIVE",
      authMethod: "SSO",
      role: { key: "USER" },
      organization: { slug },
    });

    const told = await usher.ask(
      `query ($id: ID!) {
         events(organizationId: $id, first: 50) { nodes { sequence type cause { kind actor } data } }
         auditLog(organizationId: $id, first: 50) { nodes { action } }
         signInAttempts(organizationId: $id, first: 5) { nodes { outcome email issuer subject steps { step } } totalCount } }`,
      { id: organizationId },
      key,
    );
    const events = told.events.nodes as { sequence: number; type: string; cause: object; data: { user: object } }[];
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
    expect(events.map(({ type: name }) => name)).toEqual([
      "connection.created",
      "connection.updated",
      "connection.activated",
      "user.created",
      "user.signed_in",
    ]);
    expect(events.at(-1)).toMatchObject({
      cause: { kind: "SIGN_IN", actor: id },
      data: { user: { email: "ann@acme.example" } },
    });
    expect(told.auditLog.nodes.map((entry: { action: string }) => entry.action)).toEqual(
      expect.arrayContaining(["connection.created", "connection.updated", "connection.activated"]),
    );
    expect(told.signInAttempts).toEqual({
      totalCount: 1,
      nodes: [
        {
          outcome: "SUCCEEDED",
          email: "ann@acme.example",
          issuer: provider.entityId,
          subject: "p-1001",
          steps: ["START", "RETURN", "VERIFY", "NORMALIZE", "COMPLETE"].map((step) => ({ step })),
        },
      ],
    });

    // The second sign-in finds the same person, and redirects to its returnTo.
    const again = createBrowser();
    const { location } = (await again.get(`${details["signOnUrl"]}?returnTo=/graphql`, { follow: false })).headers;
    const { acsUrl, fields } = provider.answer(location!, "p-1001");
    const returned = await again.post(acsUrl, fields as Record<string, string>, { from: provider.signOnUrl });
    expect(returned.url).toBe(`${usher.url}/graphql`);
    const { users } = await usher.ask(
      `query ($id: ID!) { users(organizationId: $id) { totalCount } }`,
      { id: organizationId },
      key,
    );
    expect(users.totalCount).toBe(1);
  });

  it("accepts messages as large as those of people with many groups", async () => {
    const tenant = await createSamlTenant(usher, provider);
    const groups = Array.from(
      { length: 1_500 },
      (_, index) => `A group with the number ${index} and a name of some length`,
    );
    const browser = createBrowser();
    const { fields } = await tenant.authenticate(browser, "p-1001", {
      attributes: [["groups", groups]],
      nameId: "ann@acme.example",
      nameIdFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    });
    expect(fields.SAMLResponse.length).toBeGreaterThan(200_000);
    await tenant.updateConnection({ policies: { missingName: "USE_EMAIL" } });
    const page = await tenant.post(browser, fields as Record<string, string>);
    expect([page.status, await lastOutcome(tenant)]).toEqual([303, undefined]);
    await browser.get(new URL(page.headers.location!, usher.url).href);
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });
});

describe("what a connection can require of its provider", () => {
  it("signed requests: with the key that its metadata publishes", async () => {
    const tenant = await createSamlTenant(usher, provider, { settings: { signRequests: true } });
    ownCertificates.splice(0, Infinity, ...(await publishedCertificates(tenant.entityId, "signing")));
    expect(ownCertificates).toHaveLength(1);
    const request = await tenant.request(createBrowser());
    expect(request.signature).toEqual({
      algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
      isValid: true,
    });
    const browser = createBrowser();
    await tenant.signIn(browser);
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });

  it("encrypted assertions: with the key that its metadata publishes, and no others", async () => {
    const tenant = await createSamlTenant(usher, provider, { settings: { encryptedAssertions: true } });
    const [certificate] = await publishedCertificates(tenant.entityId, "encryption");
    const browser = createBrowser();
    await tenant.signIn(browser, "p-1001", { encryption: { certificate: certificate! } });
    expect(await signedIn(browser)).toBe("ann@acme.example");

    const other = createBrowser();
    await tenant.signIn(other, "p-1002");
    expect([await signedIn(other), await lastOutcome(tenant)]).toEqual([null, "SAML_ENCRYPTION_REQUIRED"]);
    await tenant.signIn(other, "p-1002", {
      encryption: { certificate: createProviderKey().certificate },
    });
    expect([await signedIn(other), await lastOutcome(tenant)]).toEqual([null, "SAML_DECRYPTION_FAILED"]);
  });

  it.each<[setting: string, accepted: readonly SignedPart[]]>([
    ["EITHER", ["RESPONSE", "ASSERTION", "BOTH"]],
    ["RESPONSE", ["RESPONSE", "BOTH"]],
    ["ASSERTION", ["ASSERTION", "BOTH"]],
    ["BOTH", ["BOTH"]],
  ])("signatures: signedPart %s accepts %j only", async (signedPart, accepted) => {
    const tenant = await createSamlTenant(usher, provider, { settings: { signedPart } });
    for (const sent of ["RESPONSE", "ASSERTION", "BOTH", "NOTHING"] as const) {
      const browser = createBrowser();
      await tenant.signIn(browser, "p-1001", { signedPart: sent });
      const expected = accepted.includes(sent) ? ["ann@acme.example", "SUCCEEDED"] : [null, "SAML_UNSIGNED"];
      expect([sent, await signedIn(browser), await lastOutcome(tenant)]).toEqual([sent, ...expected]);
    }
  });

  it("attributes of any usual vocabulary, or with names of its own", async () => {
    const tenant = await createSamlTenant(usher, provider);
    for (const vocabulary of ["plain", "oid", "microsoft"] as const) {
      const browser = createBrowser();
      const person = { ...provider.people[0]!, firstName: `Ann in ${vocabulary}` };
      await tenant.signIn(browser, "p-1001", { attributes: describePerson(person, vocabulary, "values") });
      expect([vocabulary, await signedIn(browser)]).toEqual([vocabulary, "ann@acme.example"]);
      expect(await tenant.users()).toMatchObject([{ firstName: `Ann in ${vocabulary}`, lastName: "Archer" }]);
    }
    const own = await createSamlTenant(usher, provider, {
      settings: { emailAttribute: "adresse", firstNameAttribute: "vorname", lastNameAttribute: "nachname" },
    });
    await own.signIn(createBrowser(), "p-1002", {
      attributes: [
        ["adresse", ["ben@acme.example"]],
        ["vorname", ["Benno"]],
        ["nachname", ["Bäcker"]],
        ["email", ["another@acme.example"]],
      ],
    });
    expect(await own.users()).toMatchObject([{ email: "ben@acme.example", fullName: "Benno Bäcker" }]);
  });
});

describe("an application that was created again at the provider", () => {
  const UPDATE = `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { id } } }`;
  const RELINK = `mutation ($input: RelinkIdentitiesInput!) { relinkIdentities(input: $input) {
    results { subject ok } hasMore } }`;
  type Metadata = (at: SamlProvider) => Readonly<Record<string, unknown>>;

  it.each<[string, Metadata, Metadata]>([
    ["pasted metadata", (at) => ({ metadataXml: at.metadataXml() }), (at) => ({ metadataXml: at.metadataXml() })],
    [
      "a metadata address and the entity ID",
      (at) => ({ metadataUrl: at.metadataUrl }),
      (at) => ({ metadataUrl: at.metadataUrl, entityId: at.entityId }),
    ],
    [
      "a metadata address, which the entity ID is learnt from",
      (at) => ({ metadataUrl: at.metadataUrl }),
      (at) => ({ metadataUrl: at.metadataUrl, entityId: null }),
    ],
  ])("is accepted with %s, and people keep their accounts", async (_name, before, after) => {
    const again = await startSamlProvider({ entityId: "https://again.example.com/saml" });
    const tenant = await createSamlTenant(usher, provider, { settings: before(provider) });
    const browser = createBrowser();
    await tenant.signIn(browser);
    const [ann] = await tenant.users();

    const input = { id: tenant.connectionId, settings: { saml: after(again) } };
    const refused = await usher.graphql(UPDATE, { input });
    const { code, details } = refused.errors![0]!.extensions;
    expect([code, details]).toMatchObject([
      "CONFIRMATION_REQUIRED",
      { affectedUsers: 1, issuer: { before: provider.entityId } },
    ]);
    await usher.ask(UPDATE, { input: { ...input, confirmAffectedUsers: 1 } });

    const comeBack = async (visitor: Browser) => {
      const request = again.readRequest(await tenant.begin(visitor));
      const { fields } = again.answer(request, "p-1001");
      await visitor.post(tenant.acsUrl, fields as Record<string, string>, { from: again.signOnUrl });
    };
    await comeBack(createBrowser());
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({ outcome: "ISSUER_CHANGED" });
    expect(attempt!.detail).toMatch(
      new RegExp(
        `linked under the issuer ${provider.entityId}; the connection's issuer was changed to ${again.entityId} on 20`,
      ),
    );

    const ends = { fromConnectionId: tenant.connectionId, toConnectionId: tenant.connectionId };
    const move = { ...ends, fromIssuer: provider.entityId, toIssuer: again.entityId };
    const moved = { results: [{ subject: attempt!.subject, ok: true }], hasMore: false };
    expect((await usher.ask(RELINK, { input: { ...move, dryRun: true } })).relinkIdentities).toEqual(moved);
    expect((await usher.ask(RELINK, { input: move })).relinkIdentities).toEqual(moved);
    const visitor = createBrowser();
    await comeBack(visitor);
    expect(await signedIn(visitor)).toBe(ann!.email);
    expect(await tenant.users()).toMatchObject([{ id: ann!.id }]);
    await again.close();
  });
});

describe("the provider's certificates", () => {
  it("can be two during a rollover, and sessions stay", async () => {
    const [before, after] = [provider.keys()[0]!, createProviderKey()];
    try {
      const tenant = await createSamlTenant(usher, provider);
      const inside = createBrowser();
      await tenant.signIn(inside);
      const early = createBrowser();
      const underWay = await tenant.request(early);

      provider.setKeys([before, after]);
      await tenant.updateConnection({ settings: { saml: { metadataXml: provider.metadataXml() } } });
      for (const keys of [
        [before, after],
        [after, before],
      ]) {
        provider.setKeys(keys);
        const browser = createBrowser();
        await tenant.signIn(browser, "p-1002");
        expect(await signedIn(browser)).toBe("ben@acme.example");
      }
      // The existing session and the pending sign-in are not affected.
      expect(await signedIn(inside)).toBe("ann@acme.example");
      const late = await tenant.post(early, provider.answer(underWay, "p-1001").fields as Record<string, string>);
      expect(late.status).toBe(303);

      // Removing the old certificate ends all sessions and sign-ins that depend on it.
      provider.setKeys([after]);
      await tenant.updateConnection({ settings: { saml: { metadataXml: provider.metadataXml() } } });
      expect(await signedIn(inside)).toBeNull();
      provider.setKeys([before]);
      await tenant.signIn(inside);
      expect([await signedIn(inside), await lastOutcome(tenant)]).toEqual([null, "SAML_BAD_SIGNATURE"]);
    } finally {
      provider.setKeys([before]);
    }
  });

  it("are fetched again if the connection has the address of the metadata", async () => {
    const [before, after] = [provider.keys()[0]!, createProviderKey()];
    try {
      const tenant = await createSamlTenant(usher, provider, { settings: { metadataUrl: provider.metadataUrl } });
      await tenant.signIn(createBrowser());
      provider.setKeys([after]);
      // If a signature does not verify, Usher fetches the document again, at most once a minute.
      const browser = createBrowser();
      await tenant.signIn(browser, "p-1001", moveClock(2 * MINUTE_MILLISECONDS));
      expect(await signedIn(browser)).toBe("ann@acme.example");
    } finally {
      clockOffsetMilliseconds = 0;
      provider.setKeys([before]);
    }
  });

  it("are refused once they have expired, and the page, the attempt and the health of the connection say so", async () => {
    const usual = provider.keys();
    const [ending, lasting] = [
      createProviderKey({ notAfter: new Date(Date.now() + HOUR_MILLISECONDS) }),
      createProviderKey(),
    ];
    try {
      provider.setKeys([ending, lasting]);
      const tenant = await createSamlTenant(usher, provider);
      const before = createBrowser();
      await tenant.signIn(before);
      expect(await signedIn(before)).toBe("ann@acme.example");

      const instants = moveClock(2 * HOUR_MILLISECONDS);
      const browser = createBrowser();
      const page = await tenant.signIn(browser, "p-1001", instants);
      const [attempt] = await tenant.attempts();
      expect(attempt).toMatchObject({
        outcome: "SAML_CERTIFICATE_EXPIRED",
        message: "Your company's sign-in service uses a certificate that has expired. Please tell your administrator.",
        remedy: expect.stringContaining("new signing certificate"),
        detail: expect.stringContaining("valid until"),
      });
      expect(page.status).toBe(403);
      expect(page.visibleText).toContain("Your company's sign-in service uses a certificate that has expired.");
      expect(page.visibleText).toContain(attempt!.reference);
      expect(page.text).not.toContain("SAML_");
      expect(await signedIn(browser)).toBeNull();
      const { connection } = await tenant.ask(
        `query ($id: ID!) { connection(id: $id) { health { lastFailureCode } } }`,
        { id: tenant.connectionId },
      );
      expect(connection.health.lastFailureCode).toBe("SAML_CERTIFICATE_EXPIRED");

      provider.setKeys([lasting]);
      await tenant.signIn(browser, "p-1001", instants);
      expect(await signedIn(browser)).toBe("ann@acme.example");
    } finally {
      clockOffsetMilliseconds = 0;
      provider.setKeys(usual);
    }
  });
});
