/** OpenID Connect from an empty installation to a signed-in person, over real HTTP: the steps of operator, administrator and person. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

describe("an OpenID Connect sign-in, end to end", () => {
  let usher: TestUsher;
  let provider: OpenIdProvider;
  beforeAll(async () => {
    usher = await startTestUsher();
    provider = await startOpenIdProvider({
      clients: [{ clientId: "usher", clientSecret: "a secret of the client", redirectUris: [] }],
      people: [
        { sub: "ada", email: "ada@acme.example", email_verified: true, given_name: "Ada", family_name: "Lovelace" },
      ],
    });
  });
  afterAll(async () => {
    await usher.stop();
    await provider.close();
  });

  it("signs a person in, from a new organization, a key and a connection", async () => {
    const { createOrganization } = await usher.ask(
      `mutation { createOrganization(input: { name: "Acme", slug: "acme" }) { organization { id slug } } }`,
    );
    const organizationId: string = createOrganization.organization.id;

    const { createApiKey } = await usher.ask(
      `mutation ($id: ID!) { createApiKey(input: { organizationId: $id, name: "Set-up",
         scopes: [CONNECTIONS_READ, CONNECTIONS_WRITE, USERS_READ, EVENTS_READ, AUDIT_READ] }) { apiKey { id } key } }`,
      { id: organizationId },
    );
    const key: string = createApiKey.key;

    const { createConnection } = await usher.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) {
         connection { id type state serviceProvider { name value } } } }`,
      {
        input: {
          organizationId,
          displayName: "Acme ID",
          settings: {
            oidc: {
              discoveryUrl: provider.discoveryUrl,
              clientId: "usher",
              clientSecret: "a secret of the client",
            },
          },
        },
      },
      key,
    );
    const { connection } = createConnection;
    expect(connection).toMatchObject({ type: "oidc", state: "DRAFT" });
    const redirectUrl = connection.serviceProvider.find((each: { name: string }) => each.name === "redirectUrl").value;
    provider.addRedirectUri(redirectUrl);

    const { activateConnection } = await usher.ask(
      `mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`,
      { id: connection.id },
      key,
    );
    expect(activateConnection.connection.state).toBe("ACTIVE");

    const browser = createBrowser();
    const page = await browser.get(`${usher.url}/o/acme`);
    expect(page.visibleText).toContain("Sign in to Acme ID");
    const landed = await signInAtOpenIdProvider(browser, new URL(page.links[0]!.href, usher.url).href, "ada");
    expect(landed.url).toBe(`${usher.url}/o/acme`);
    expect(landed.visibleText).toContain("Ada Lovelace");
    expect(landed.visibleText).toContain("ada@acme.example");

    const viewer = await browser.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({
        query: `{ viewer { user { email firstName lastName status authMethod role { key } organization { slug } } permissions } }`,
      }),
    });
    expect(JSON.parse(viewer.text)).toEqual({
      data: {
        viewer: {
          user: {
            email: "ada@acme.example",
            firstName: "Ada",
            lastName: "Lovelace",
            status: "ACTIVE",
            authMethod: "SSO",
            role: { key: "USER" },
            organization: { slug: "acme" },
          },
          permissions: [],
        },
      },
    });

    const { events } = await usher.ask(
      `query ($id: ID!) { events(organizationId: $id, first: 50) { nodes { sequence type subject { type subjectId version } cause { kind actor } data } } }`,
      { id: organizationId },
      key,
    );
    expect(events.nodes.map((event: { type: string }) => event.type)).toEqual([
      "connection.created",
      "connection.activated",
      "user.created",
      "user.signed_in",
    ]);
    expect(events.nodes.map((event: { sequence: number }) => event.sequence)).toEqual([1, 2, 3, 4]);
    expect(events.nodes[2]).toMatchObject({
      subject: { type: "user", version: 1 },
      cause: { kind: "SIGN_IN", actor: connection.id },
      data: { user: { email: "ada@acme.example", roles: ["USER"] }, changed: null },
    });

    const { auditLog } = await usher.ask(
      `query ($id: ID!) { auditLog(organizationId: $id, first: 50) { nodes { action } } }`,
      { id: organizationId },
      key,
    );
    expect(auditLog.nodes.map((entry: { action: string }) => entry.action)).toEqual(
      expect.arrayContaining(["organization.created", "connection.created", "connection.activated"]),
    );

    const { signInAttempts } = await usher.ask(
      `query ($id: ID!) { signInAttempts(organizationId: $id, first: 5) { nodes { outcome email steps { step } } totalCount } }`,
      { id: organizationId },
      key,
    );
    expect(signInAttempts).toEqual({
      totalCount: 1,
      nodes: [
        {
          outcome: "SUCCEEDED",
          email: "ada@acme.example",
          steps: ["START", "RETURN", "VERIFY", "NORMALIZE", "COMPLETE"].map((step) => ({ step })),
        },
      ],
    });
  });
});
