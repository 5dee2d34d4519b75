/** An administrator tries to read secrets and to reach addresses inside the network. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createLogger } from "../../src/platform/telemetry/logger.js";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
};

/** One address of each kind. The tests of the guarded fetch have many more. */
const HOSTS = ["127.0.0.1", "0x7f.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]"];

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe("a stored client secret", () => {
  let usher: TestUsher;
  let provider: HostileOpenIdProvider;
  let ownProvider: HostileOpenIdProvider;
  let tenant: Tenant;
  beforeAll(async () => {
    usher = await startTestUsher();
    provider = await startHostileOpenIdProvider();
    ownProvider = await startHostileOpenIdProvider();
    tenant = await createTenant(usher, provider);
  });
  afterAll(async () => {
    await usher.stop();
    await provider.close();
    await ownProvider.close();
  });

  const update = (settings: Readonly<Record<string, unknown>>, id = tenant.connectionId) =>
    usher.graphql(
      `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
      { input: { id, settings: { oidc: settings } } },
      tenant.key,
    );
  const byHand = (url: string) => ({
    discoveryUrl: null,
    issuer: url,
    authorizationEndpoint: `${url}/authorize`,
    tokenEndpoint: `${url}/token`,
    jwksUri: `${url}/jwks`,
  });

  it.each([
    ["a different discovery URL", () => ({ discoveryUrl: ownProvider.url })],
    ["a token endpoint without discovery", () => byHand(ownProvider.url)],
  ])("is not sent to %s", async (_name, settings) => {
    const { data, errors } = await update(settings());
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "INVALID_INPUT",
      details: { fields: [{ path: "settings.oidc.clientSecret", code: "REQUIRED" }] },
    });
    await usher.graphql(`mutation ($id: ID!) { testConnection(id: $id) { findings { check } } }`, {
      id: tenant.connectionId,
    });
    await createBrowser().get(tenant.startUrl, { follow: false });
    expect(ownProvider.count("token")).toBe(0);
  });

  it("of a draft is not sent to a different provider either", async () => {
    const { createConnection } = await tenant.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
      {
        input: {
          organizationId: tenant.organizationId,
          displayName: "Draft",
          settings: { oidc: { discoveryUrl: provider.url, clientId: "c", clientSecret: "of the other provider" } },
        },
      },
    );
    const { id } = createConnection.connection;
    const moved = await update({ discoveryUrl: ownProvider.url }, id);
    expect(moved.errors?.[0]?.extensions.details.fields).toMatchObject([{ path: "settings.oidc.clientSecret" }]);
    // A new address is accepted if the secret is new or absent.
    expect((await update({ discoveryUrl: ownProvider.url, clientSecret: "mine" }, id)).errors).toBeUndefined();
    expect((await update({ clientSecret: null }, id)).errors).toBeUndefined();
    expect((await update({ discoveryUrl: provider.url }, id)).errors).toBeUndefined();
  });

  it("cannot contain half a character", async () => {
    const { errors } = await update({ clientSecret: "half \ud800" });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "INVALID_INPUT",
      details: { fields: [{ path: "settings.oidc.clientSecret", code: "INVALID" }] },
    });
  });

  it("stays when other settings change", async () => {
    expect((await update({ scopes: ["openid", "email"], emailClaim: "mail" })).errors).toBeUndefined();
    expect((await update({ discoveryUrl: provider.url })).errors).toBeUndefined();
  });
});

describe("errors of a provider that repeats its requests", () => {
  const SECRET = "kept & never shown";
  const lines: string[] = [];
  let usher: TestUsher;
  let provider: Server;

  beforeAll(async () => {
    provider = createServer((request, response) => {
      void readBody(request).then((body) => {
        const url = `http://${request.headers.host}`;
        const answer = request.url?.startsWith("/.well-known")
          ? {
              issuer: url,
              authorization_endpoint: `${url}/authorize`,
              token_endpoint: `${url}/token`,
              jwks_uri: `${url}/jwks`,
              response_types_supported: ["code"],
            }
          : request.url === "/jwks"
            ? { keys: [] }
            : {
                error: `oops ${body}`,
                error_description: `${request.headers.authorization} ${decodeURIComponent(body.replaceAll("+", " "))} ${SECRET}`,
              };
        response.statusCode = "error" in answer ? 400 : 200;
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answer));
      });
    });
    usher = await startTestUsher({
      logger: createLogger({
        level: "debug",
        destination: { write: (line: string) => void lines.push(line) } as never,
      }),
    });
  });
  afterAll(async () => {
    await usher.stop();
    provider.closeAllConnections();
    provider.close();
  });

  it.each(["client_secret_basic", "client_secret_post"])("hide the secret (%s)", async (clientAuthentication) => {
    const url = provider.listening
      ? `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
      : await listen(provider);
    const organization = await usher.ask(
      `mutation ($slug: String!) { createOrganization(input: { name: "A", slug: $slug }) { organization { id } } }`,
      { slug: clientAuthentication.replaceAll("_", "-") },
    );
    const organizationId = organization.createOrganization.organization.id;
    const settings = {
      issuer: url,
      authorizationEndpoint: `${url}/authorize`,
      tokenEndpoint: `${url}/token`,
      jwksUri: `${url}/jwks`,
      clientId: "usher",
      clientSecret: SECRET,
      clientAuthentication,
    };
    const { createConnection } = await usher.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
      { input: { organizationId, displayName: "Echo", settings: { oidc: settings } } },
    );
    const { id } = createConnection.connection;
    const answer = await usher.graphql(
      `mutation ($id: ID!) { testConnection(id: $id) { findings { check level message remedy } } }`,
      { id },
    );
    expect(JSON.stringify(answer)).toContain("oops");
    const records = await usher.ask(
      `query ($id: ID!, $connection: ID!) { events(organizationId: $id) { nodes { data } }
         auditLog(organizationId: $id) { nodes { before after } }
         signInAttempts(organizationId: $id) { nodes { detail } }
         connection(id: $connection) { health { findings { message } } settings { ... on OidcSettings { clientSecret { setAt } } } } }`,
      { id: organizationId, connection: id },
    );
    const everything = JSON.stringify([answer, records, lines]);
    const pair = `usher:${new URLSearchParams({ s: SECRET }).toString().slice(2)}`;
    for (const form of [SECRET, pair.slice("usher:".length), Buffer.from(pair).toString("base64")])
      expect(everything).not.toContain(form);
  });
});

describe("findings about a provider with very long metadata", () => {
  it("are stored and shown in short", async () => {
    const usher = await startTestUsher();
    const much = Array.from({ length: 2_000 }, (_, index) => `algorithm ${index} of ${"x".repeat(80)}`);
    const provider = createServer((request, response) => {
      const url = `http://${request.headers.host}`;
      const answer = request.url?.startsWith("/.well-known")
        ? {
            issuer: url,
            authorization_endpoint: `${url}/authorize`,
            token_endpoint: `${url}/token`,
            jwks_uri: `${url}/jwks`,
            id_token_signing_alg_values_supported: much,
            token_endpoint_auth_methods_supported: much,
          }
        : { keys: [] };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
    const id = await createDraft(usher, await listen(provider));
    const { testConnection } = await usher.ask(
      `mutation ($id: ID!) { testConnection(id: $id) { findings { check message } } }`,
      { id },
    );
    const { connection } = await usher.ask(
      `query ($id: ID!) { connection(id: $id) { health { findings { check message } } } }`,
      {
        id,
      },
    );
    const refused = await usher.graphql(`mutation ($id: ID!) { activateConnection(id: $id) { connection { id } } }`, {
      id,
    });
    provider.closeAllConnections();
    provider.close();
    await usher.stop();
    const { findings } = testConnection as { findings: { check: string; message: string }[] };
    expect(findings.find(({ check }) => check === "ALGORITHMS_ACCEPTABLE")?.message).toMatch(/^.{1000}…$/s);
    expect(connection.health.findings).toEqual(findings);
    expect(refused.errors?.[0]?.extensions.code).toBe("CONNECTION_NOT_READY");
    expect(JSON.stringify([findings, refused]).length).toBeLessThan(30_000);
  });
});

async function createDraft(usher: TestUsher, discoveryUrl: string): Promise<string> {
  const { createOrganization } = await usher.ask(
    `mutation { createOrganization(input: { name: "A", slug: "much" }) { organization { id } } }`,
  );
  const { createConnection } = await usher.ask(
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
    {
      input: {
        organizationId: createOrganization.organization.id,
        displayName: "Talkative",
        settings: { oidc: { discoveryUrl, clientId: "c", clientSecret: "s" } },
      },
    },
  );
  return createConnection.connection.id;
}

describe("an address inside the network", () => {
  const visits: string[] = [];
  let usher: TestUsher;
  let inside: Server;
  let insideUrl: string;
  let organizationId: string;

  beforeAll(async () => {
    inside = createServer((request, response) => {
      visits.push(`${request.method} ${request.url}`);
      response.end("{}");
    });
    insideUrl = await listen(inside);
    usher = await startTestUsher({
      environment: { USHER_ALLOWED_PRIVATE_HOSTS: "" },
      // Every name resolves to a private address, as in a DNS that an attacker controls.
      lookup: async () => [{ address: "127.0.0.1" }],
    });
    const { createOrganization } = await usher.ask(
      `mutation { createOrganization(input: { name: "A", slug: "a" }) { organization { id } } }`,
    );
    organizationId = createOrganization.organization.id;
  });
  afterAll(async () => {
    await usher.stop();
    inside.closeAllConnections();
    inside.close();
  });

  async function makeDraft(key: string): Promise<string> {
    const { createConnection } = await usher.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
      { input: { organizationId, displayName: "Inside", settings: { [key]: {} } } },
    );
    return createConnection.connection.id;
  }

  /** Saves settings of a draft. If they are accepted, tests and activates it. @returns all answers as text */
  async function tryOut(id: string, settings: Readonly<Record<string, unknown>>): Promise<string> {
    const saved = await usher.graphql(
      `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { id } } }`,
      { input: { id, settings } },
    );
    if (saved.errors) return JSON.stringify(saved.errors);
    const tested = await usher.graphql(
      `mutation ($id: ID!) { testConnection(id: $id) { findings { check level message } } }`,
      { id },
    );
    const activated = await usher.graphql(
      `mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`,
      { id },
    );
    return JSON.stringify([tested, activated]);
  }

  /** A URL setting, with all settings that must be present before Usher requests the URL. */
  const complete = (setting: string, url: string): Readonly<Record<string, unknown>> => {
    if (setting === "metadataUrl" || setting === "signOnUrl" || setting === "logoutUrl") return { [setting]: url };
    const client = { clientId: "c", clientSecret: "s" };
    if (setting === "discoveryUrl") return { ...client, [setting]: url };
    const honest = "https://id.example.com";
    return {
      ...client,
      issuer: honest,
      authorizationEndpoint: honest,
      tokenEndpoint: honest,
      jwksUri: honest,
      [setting]: url,
    };
  };

  it("cannot be reached through any setting that is a URL, in any spelling", async () => {
    const { connectionTypes } = await usher.ask(`{ connectionTypes { key settings { name kind } } }`);
    const { port } = new URL(insideUrl);
    const urls = [
      ...HOSTS.map((host) => `https://${host}:${port}/`),
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `https://inside.attacker.example:${port}/`,
      `https://user:password@inside.attacker.example:${port}/`,
      "file:///etc/passwd",
      "gopher://127.0.0.1/",
    ];
    let tried = 0;
    for (const { key, settings } of connectionTypes as { key: string; settings: { name: string; kind: string }[] }[])
      for (const { name } of settings.filter(({ kind }) => kind === "URL")) {
        const id = await makeDraft(key);
        for (const url of urls) {
          tried += 1;
          const answer = await tryOut(id, { [key]: complete(name, url) });
          expect({ name, url, answer }).toEqual({ name, url, answer: expect.not.stringContaining("INTERNAL") });
          // The answer must not show the address of a name.
          if (url.includes("attacker")) expect(answer).not.toContain("127.0.0.1");
        }
      }
    expect(tried).toBeGreaterThan(urls.length * 8);
    expect(visits).toEqual([]);
  });

  it("can be reached without the guard", async () => {
    expect((await fetch(insideUrl)).status).toBe(200);
    expect(visits).toEqual(["GET /"]);
  });
});
