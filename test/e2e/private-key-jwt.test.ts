/** Connections that authenticate at their provider with a key: the key document, sign-ins, rotation and deletion, over real HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createLogger } from "../../src/platform/telemetry/logger.js";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startOpenIdProvider } from "../support/providers/openid/provider.js";
import { createTenant, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { askGraphQL, OPERATOR_KEY, startTestUsher, type TestUsher } from "../support/usher.js";

type KeySet = { readonly keys: readonly Record<string, string>[] };

let usher: TestUsher;
let provider: HostileOpenIdProvider;
/** The key document of the connection that is under test. */
let jwksUrl = "";
const logged: string[] = [];
const readKeys = async (url = jwksUrl) => (await (await fetch(url)).json()) as KeySet;
const SETTINGS = { clientAuthentication: "private_key_jwt", clientSecret: null };

beforeAll(async () => {
  usher = await startTestUsher({
    logger: createLogger({ level: "info", destination: { write: (line) => void logged.push(line) } }),
  });
  provider = await startHostileOpenIdProvider({
    clientAuthentication: "private_key_jwt",
    clientKeys: () => readKeys(),
  });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

/** Makes a draft that uses a key, and returns the address of its key document. */
async function makeDraft(organizationId: string, key: string, oidc: object = {}) {
  const { createConnection } = await usher.ask(
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id serviceProvider { name value } } } }`,
    { input: { organizationId, displayName: "Acme ID", settings: { oidc: { ...SETTINGS, ...oidc } } } },
    key,
  );
  const { id, serviceProvider } = createConnection.connection;
  const detail = (name: string): string =>
    serviceProvider.find((each: { readonly name: string }) => each.name === name).value;
  return { id: id as string, jwksUrl: detail("jwksUrl"), redirectUrl: detail("redirectUrl") };
}

/** A tenant of its own, and in it an active connection that uses a key. */
async function makeKeyTenant(): Promise<{ tenant: Tenant; id: string; start: string }> {
  const basic = await startHostileOpenIdProvider();
  const tenant = await createTenant(usher, basic);
  await basic.close();
  await tenant.disable();
  const draft = await makeDraft(tenant.organizationId, tenant.key, {
    discoveryUrl: provider.url,
    clientId: provider.clientId,
  });
  jwksUrl = draft.jwksUrl;
  await tenant.ask(`mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`, { id: draft.id });
  return { tenant, id: draft.id, start: `${usher.url}/sso/${draft.id}/start` };
}

async function signIn(start: string) {
  const browser = createBrowser();
  const { headers } = await browser.get(start, { follow: false });
  await browser.get(await provider.authorize(headers.location!));
  return await whoIsSignedIn(browser, usher);
}

const lastKid = () => {
  const { parameters } = provider.requests.filter(({ endpoint }) => endpoint === "token").at(-1)!;
  return JSON.parse(Buffer.from(parameters["client_assertion"]!.split(".")[0]!, "base64url").toString()).kid as string;
};

describe("a connection with a key of its own", () => {
  it("is activated without a client secret, and signs people in", async () => {
    const { start, tenant, id } = await makeKeyTenant();
    expect(await signIn(start)).toBe("alice@acme.test");
    expect(provider.assertionProblems).toEqual([]);
    const { connection } = await tenant.ask(
      `query ($id: ID!) { connection(id: $id) { clientKeys { keyId keyType state } settings { ... on OidcSettings { clientSecret { setAt } } } } }`,
      { id },
    );
    const { keys } = await readKeys();
    expect(connection.settings.clientSecret).toBeNull();
    expect(connection.clientKeys).toEqual(keys.map(({ kid, kty }) => ({ keyId: kid, keyType: kty, state: "CURRENT" })));
  });

  it("signs people in at a certified provider that reads the key document by itself", async () => {
    const standIn = await startOpenIdProvider({
      clients: [{ clientId: "usher", clientSecret: "", redirectUris: [], clientAuthentication: "private_key_jwt" }],
      people: [
        { sub: "ada", email: "ada@acme.example", email_verified: true, given_name: "Ada", family_name: "Lovelace" },
      ],
    });
    try {
      const { tenant } = await makeKeyTenant();
      const own = await makeDraft(tenant.organizationId, tenant.key, {
        discoveryUrl: standIn.discoveryUrl,
        clientId: "usher",
      });
      standIn.addRedirectUri(own.redirectUrl);
      standIn.setJwksUri(own.jwksUrl);
      await tenant.ask(`mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`, { id: own.id });
      const browser = createBrowser();
      await signInAtOpenIdProvider(browser, `${usher.url}/sso/${own.id}/start`, "ada");
      expect(await whoIsSignedIn(browser, usher)).toBe("ada@acme.example");
    } finally {
      await standIn.close();
    }
  });

  it("publishes its keys to everybody, without private members, for caches", async () => {
    const { tenant } = await makeKeyTenant();
    const draft = await makeDraft(tenant.organizationId, tenant.key);
    const response = await fetch(draft.jwksUrl);
    expect(response.headers.get("content-type")).toMatch(/^application\/jwk-set\+json/);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    const { keys } = (await response.json()) as KeySet;
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([
      ["e", "kid", "kty", "n", "use"],
      ["alg", "crv", "kid", "kty", "use", "x", "y"],
    ]);
    const again = await fetch(draft.jwksUrl, {
      // Otherwise fetch adds no-cache, which asks for the whole document.
      headers: { "if-none-match": response.headers.get("etag")!, "cache-control": "max-age=0" },
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await readKeys()).keys[0]!["kid"]).not.toBe(keys[0]!["kid"]);
  });

  it("answers for a connection without keys as for an unknown one, and for a deleted one", async () => {
    const { tenant, id } = await makeKeyTenant();
    const answerOf = async (connection: string) => {
      const response = await fetch(`${usher.url}/sso/${connection}/jwks`);
      const body = await response.text();
      return [response.status, response.headers.get("cache-control"), body.replace(/[A-Z0-9]{10}/g, "REFERENCE")];
    };
    const unknown = await answerOf("00000000-0000-7000-8000-000000000000");
    expect(unknown[0]).toBe(404);
    expect(await answerOf(tenant.connectionId)).toEqual(unknown);
    await tenant.ask(`mutation ($id: ID!) { deleteConnection(id: $id) { connection { id } } }`, { id });
    expect(await answerOf(id)).toEqual(unknown);
  });

  it("rotates its keys: the next ones are published first, and the previous ones stay until they retire", async () => {
    const { tenant, id, start } = await makeKeyTenant();
    const browser = createBrowser();
    const { headers } = await browser.get(start, { follow: false });
    await browser.get(await provider.authorize(headers.location!));
    const rotate = async (step: string) => {
      const { rotateConnectionKey } = await tenant.ask(
        `mutation ($input: RotateConnectionKeyInput!) { rotateConnectionKey(input: $input) {
           connection { version clientKeys { keyId state } } } }`,
        { input: { id, step } },
      );
      return rotateConnectionKey.connection as { version: number; clientKeys: { keyId: string; state: string }[] };
    };
    const statesOf = async () => (await rotate("RETIRE_PREVIOUS")).clientKeys.map(({ state }) => state);
    await expect(rotate("USE_NEXT")).rejects.toThrow(/no next key/);
    await expect(rotate("USE_PREVIOUS")).rejects.toThrow(/no previous key/);
    const [old] = (await readKeys()).keys;

    const published = await rotate("PUBLISH_NEXT");
    expect(published.clientKeys.map(({ state }) => state)).toEqual(["NEXT", "NEXT", "CURRENT", "CURRENT"]);
    expect((await rotate("PUBLISH_NEXT")).version).toBe(published.version);
    expect((await readKeys()).keys.map(({ kid }) => kid)).toEqual(published.clientKeys.map(({ keyId }) => keyId));
    expect(await signIn(start)).toBe("alice@acme.test");
    expect(lastKid()).toBe(old!["kid"]);

    await rotate("USE_NEXT");
    const undone = await rotate("USE_PREVIOUS");
    expect(undone.clientKeys).toEqual(published.clientKeys);
    const used = await rotate("USE_NEXT");
    expect(used.clientKeys.map(({ state }) => state)).toEqual(["CURRENT", "CURRENT", "PREVIOUS", "PREVIOUS"]);
    expect((await readKeys()).keys).toHaveLength(4);
    expect(await signIn(start)).toBe("alice@acme.test");
    expect(lastKid()).toBe(published.clientKeys[0]!.keyId);

    expect(await statesOf()).toEqual(["CURRENT", "CURRENT"]);
    expect((await readKeys()).keys.map(({ kid }) => kid)).not.toContain(old!["kid"]);
    expect(await signIn(start)).toBe("alice@acme.test");
    expect(await whoIsSignedIn(browser, usher)).toBe("alice@acme.test");
    expect(provider.assertionProblems).toEqual([]);
  });

  it("gets new keys when an administrator leads it to a different address", async () => {
    const { tenant, id, start } = await makeKeyTenant();
    const before = (await readKeys()).keys.map(({ kid }) => kid);
    const update = (oidc: object) =>
      tenant.ask(
        `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
        { input: { id, settings: { oidc } } },
      );
    await update({ loginHint: false });
    expect((await readKeys()).keys.map(({ kid }) => kid)).toEqual(before);
    const thief = await startHostileOpenIdProvider({ clientAuthentication: "private_key_jwt" });
    try {
      await update({ discoveryUrl: thief.url });
      await createBrowser().get(start);
      const after = (await readKeys()).keys.map(({ kid }) => kid);
      expect(after.filter((kid) => before.includes(kid))).toEqual([]);
    } finally {
      await thief.close();
    }
  });

  it("shows its private keys nowhere: not in answers, events, audit entries or the log", async () => {
    const { tenant, id, start } = await makeKeyTenant();
    await signIn(start);
    await tenant.ask(`mutation ($id: ID!) { testConnection(id: $id) { findings { message } } }`, { id });
    await tenant.ask(
      `mutation ($id: ID!) { rotateConnectionKey(input: { id: $id, step: PUBLISH_NEXT }) { connection { id } } }`,
      { id },
    );
    const answer = await askGraphQL(
      usher.url,
      `query ($id: ID!, $org: ID!) {
         connection(id: $id) { clientKeys { keyId keyType state createdAt } settings { ... on OidcSettings { clientAuthentication clientSecret { setAt } } }
           serviceProvider { name value } health { findings { message } } }
         events(organizationId: $org, first: 200) { nodes { type data } }
         auditLog(organizationId: $org, first: 200) { nodes { before after } }
         signInAttempts(organizationId: $org, first: 200) { nodes { detail claims } } }`,
      { id, org: tenant.organizationId },
      OPERATOR_KEY,
    );
    expect(answer.errors).toBeUndefined();
    const everything = JSON.stringify(answer) + logged.join("\n");
    expect(everything).toContain((await readKeys()).keys[0]!["kid"]);
    for (const secret of [/PRIVATE KEY/, /"d":/, /\$clientKeys/, /"sealed"/, /eyJhbGciOi/])
      expect(everything).not.toMatch(secret);
  });
});
