/** A provider gets access tokens for signed assertions (RFC 7523), and every forged, stale or repeated assertion is refused. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { base64url, exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK, type JWTPayload } from "jose";
import { TOKEN_REFUSALS_A_MINUTE } from "../../src/scim/limits.js";
import { createScimClient, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const MINUTE = 60_000;
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

let usher: TestUsher;
let ahead = 0;
let keyServer: Server;
/** What the address of keys answers. */
let published = "";
let fetches = 0;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let otherKeys: typeof keys;
let publicJwk: JWK;
let otherJwk: JWK;
let word = 0;

beforeAll(async () => {
  keyServer = createServer((_request, response) => {
    fetches += 1;
    response.setHeader("content-type", "application/json").end(published);
  }).listen(0, "127.0.0.1");
  [keys, otherKeys] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256", { extractable: true }),
  ]);
  publicJwk = { ...(await exportJWK(keys.publicKey)), kid: "one", use: "sig" };
  otherJwk = { ...(await exportJWK(otherKeys.publicKey)), kid: "one", use: "sig" };
  usher = await startTestUsher({ clock: () => new Date(Date.now() + ahead) });
});
afterAll(async () => {
  await usher.stop();
  await new Promise((resolve) => keyServer.close(resolve));
});

const jwksOf = (...list: readonly JWK[]) => JSON.stringify({ keys: list });
const keyUrl = () => `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/jwks`;

async function setAssertions(id: string, input: Readonly<Record<string, unknown>>) {
  return await usher.graphql(
    `mutation ($input: SetProvisioningAssertionsInput!) { setProvisioningAssertions(input: $input) {
       directory { assertions { clientId tokenUrl issuer jwksUrl keyIds } } } }`,
    { input: { id, ...input } },
  );
}
/** A directory that trusts the key, unless the input says otherwise. */
async function makeDirectory(input: Readonly<Record<string, unknown>> = { jwks: jwksOf(publicJwk) }) {
  const scim = await createScimClient(usher, await makeOrganization(usher));
  const { errors } = await setAssertions(scim.directoryId, input);
  if (errors) throw new Error(JSON.stringify(errors));
  return scim;
}
/** The claims of a correct assertion. */
function claimsFor({ directoryId, baseUrl }: ScimClient, changes: JWTPayload = {}): JWTPayload {
  const now = Math.floor((Date.now() + ahead) / 1_000);
  const name = `assertion-${(word += 1)}`;
  return {
    iss: directoryId,
    sub: directoryId,
    aud: `${baseUrl}/token`,
    iat: now,
    exp: now + 300,
    jti: name,
    ...changes,
  };
}
const sign = (claims: JWTPayload, header: Readonly<Record<string, unknown>> = {}, key = keys.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "one", ...header }).sign(key);

async function post({ baseUrl }: ScimClient, form: string | Readonly<Record<string, string>>) {
  const response = await fetch(`${baseUrl}/token`, { method: "POST", body: new URLSearchParams(form) });
  // any: an access token or an error
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}
const ask = (scim: ScimClient, assertion: string, more: Readonly<Record<string, string>> = {}) =>
  post(scim, { grant_type: GRANT, assertion, ...more });
const statusWith = async (scim: ScimClient, token: string) =>
  (await scim.send("GET", "/Users", undefined, { authorization: `Bearer ${token}` })).status;

describe("an access token", () => {
  it("is given for an assertion as a grant and as the client's proof, and works for a quarter of an hour", async () => {
    const scim = await makeDirectory();
    const grant = await ask(scim, await sign(claimsFor(scim)), { scope: "scim" });
    expect(grant).toMatchObject({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^usher_scim_/),
        token_type: "Bearer",
        expires_in: 900,
        scope: "scim",
      },
    });
    expect(grant.headers.get("cache-control")).toBe("no-store");
    const assertion = await sign(claimsFor(scim, { aud: [scim.baseUrl] }));
    const proof = await post(scim, {
      grant_type: "client_credentials",
      client_id: scim.directoryId,
      client_assertion_type: CLIENT_ASSERTION,
      client_assertion: assertion,
    });
    for (const { body } of [grant, proof]) expect(await statusWith(scim, body.access_token)).toBe(200);
    // Access tokens are not listed.
    const { provisioningDirectory } = await usher.ask(
      `query ($id: ID!) { provisioningDirectory(id: $id) { tokens { id } assertions { clientId tokenUrl issuer jwksUrl keyIds } } }`,
      { id: scim.directoryId },
    );
    expect(provisioningDirectory).toEqual({
      tokens: [expect.anything()],
      assertions: {
        clientId: scim.directoryId,
        tokenUrl: `${scim.baseUrl}/token`,
        issuer: null,
        jwksUrl: null,
        keyIds: ["one"],
      },
    });
    ahead += 15 * MINUTE;
    expect(await statusWith(scim, grant.body.access_token)).toBe(401);
    // The directory's own token is not affected.
    expect(await statusWith(scim, scim.token)).toBe(200);
  });

  it("of fetched keys needs one request for many assertions, and follows a change of the keys", async () => {
    published = jwksOf(publicJwk);
    const scim = await makeDirectory({ jwksUrl: keyUrl(), issuer: "https://idp.example" });
    const before = fetches;
    const claims = () => claimsFor(scim, { iss: "https://idp.example" });
    for (const _ of [1, 2, 3]) expect((await ask(scim, await sign(claims()))).status).toBe(200);
    expect(fetches - before).toBe(1);
    published = jwksOf({ ...otherJwk, kid: "two" });
    expect((await ask(scim, await sign(claims(), { kid: "two" }, otherKeys.privateKey))).status).toBe(200);
    expect((await ask(scim, await sign(claims()))).status).toBe(400);
  });

  it("stops at once when the token is rotated, the keys are changed or the directory is deleted", async () => {
    const scim = await makeDirectory();
    const give = async () => (await ask(scim, await sign(claimsFor(scim)))).body.access_token as string;
    const [first, assertion] = [await give(), await sign(claimsFor(scim))];
    const second = (await ask(scim, assertion)).body.access_token;
    await usher.ask(`mutation ($id: ID!) { rotateProvisioningToken(id: $id) { token } }`, { id: scim.directoryId });
    expect([await statusWith(scim, first), await statusWith(scim, second)]).toEqual([401, 401]);
    // The rotation does not forget which assertions were used.
    expect((await ask(scim, assertion)).status).toBe(400);
    const third = await give();
    await setAssertions(scim.directoryId, { jwks: jwksOf(otherJwk) });
    expect(await statusWith(scim, third)).toBe(401);
    await setAssertions(scim.directoryId, { jwks: jwksOf(publicJwk) });
    const fourth = await give();
    await setAssertions(scim.directoryId, {});
    expect([await statusWith(scim, fourth), (await ask(scim, await sign(claimsFor(scim)))).status]).toEqual([401, 400]);
    await setAssertions(scim.directoryId, { jwks: jwksOf(publicJwk) });
    const fifth = await give();
    await usher.ask(`mutation ($id: ID!) { deleteProvisioningDirectory(id: $id) { directory { id } } }`, {
      id: scim.directoryId,
    });
    expect([await statusWith(scim, fifth), (await ask(scim, await sign(claimsFor(scim)))).status]).toEqual([401, 400]);
  });

  it("opens its own directory alone", async () => {
    const [scim, other] = [await makeDirectory(), await makeDirectory()];
    await other.makeUser();
    const { access_token } = (await ask(scim, await sign(claimsFor(scim)))).body;
    const { body } = await other.send("GET", "/Users", undefined, { authorization: `Bearer ${access_token}` });
    expect(body.totalResults).toBe(0);
  });
});

describe("an assertion is refused", () => {
  let scim: ScimClient;
  let stranger: ScimClient;
  beforeAll(async () => {
    // Begins a new minute, so that the limit of refusals does not affect these tests.
    ahead += MINUTE;
    [scim, stranger] = [await makeDirectory(), await makeDirectory({ jwks: jwksOf(otherJwk) })];
  });
  const now = () => Math.floor((Date.now() + ahead) / 1_000);
  const unsigned = (header: object) =>
    `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(claimsFor(scim)))}.`;

  it.each<[string, string, () => Promise<string>]>([
    ["without a signature (alg none)", "signature", async () => unsigned({ alg: "none", kid: "one" })],
    [
      "signed with the public key as a shared secret (HS256)",
      "signature",
      async () => {
        const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey));
        return await new SignJWT(claimsFor(scim)).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret);
      },
    ],
    ["by a key of another directory", "signature", () => sign(claimsFor(scim), {}, otherKeys.privateKey)],
    ["of another directory's client id", "signature", () => sign(claimsFor(stranger))],
    ["with the key in its header", "signature", () => sign(claimsFor(scim), { jwk: otherJwk }, otherKeys.privateKey)],
    ["for nobody", "sub", () => sign(claimsFor(scim, { sub: "00000000-0000-7000-8000-000000000000" }))],
    ["by another issuer", "iss", () => sign(claimsFor(scim, { iss: "https://idp.example" }))],
    ["for another audience", "aud", () => sign(claimsFor(scim, { aud: "https://other.example/token" }))],
    ["for another audience too", "aud", () => sign(claimsFor(scim, { aud: [scim.baseUrl, "https://other.example"] }))],
    ["for no audience", "aud", () => sign(claimsFor(scim, { aud: [] }))],
    ["after its end", "expired", () => sign(claimsFor(scim, { exp: now() - 61 }))],
    ["without an end", "exp", () => sign(claimsFor(scim, { exp: undefined }))],
    ["that is valid for a day", "exp", () => sign(claimsFor(scim, { exp: now() + 86_400 }))],
    ["from the future", "future", () => sign(claimsFor(scim, { nbf: now() + 120 }))],
    ["without an id", "jti", () => sign(claimsFor(scim, { jti: undefined }))],
    ["of another kind", "signature", () => sign(claimsFor(scim), { typ: "at+jwt" })],
  ])("%s", async (_name, reason, make) => {
    const { status, body } = await ask(scim, await make());
    expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
    expect(body.error_description).toContain(reason);
    // RFC 6749, section 5.2.
    expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it("when it is used again, also by several requests at once", async () => {
    const assertion = await sign(claimsFor(scim));
    const answers = await Promise.all([1, 2, 3].map(() => ask(scim, assertion)));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    ahead += 4 * MINUTE;
    const { body } = await ask(scim, assertion);
    expect(body).toMatchObject({ error: "invalid_grant", error_description: expect.stringContaining("used before") });
  });

  it("as the client's proof with 401, and in a wrong form with 400", async () => {
    const assertion = await sign(claimsFor(scim));
    const proof = {
      grant_type: "client_credentials",
      client_assertion_type: CLIENT_ASSERTION,
      client_assertion: assertion,
    };
    const answers = [
      await post(scim, { ...proof, client_id: stranger.directoryId }),
      await post(scim, { ...proof, client_assertion_type: "urn:other" }),
      await post(scim, { ...proof, scope: "admin" }),
      await post(scim, { grant_type: "password", username: "ada", password: "x" }),
      await post(scim, { grant_type: GRANT }),
      await post(scim, `grant_type=${GRANT}&assertion=a&assertion=b`),
      await post(scim, {}),
      await post(scim, { grant_type: GRANT, assertion: "x".repeat(40_000) }),
    ];
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
      [401, "invalid_client"],
      [400, "invalid_request"],
      [400, "invalid_scope"],
      [400, "unsupported_grant_type"],
      [400, "invalid_request"],
      [400, "invalid_request"],
      [400, "invalid_request"],
      [400, "invalid_request"],
    ]);
    expect(answers[0]?.headers.get("www-authenticate")).toContain("Bearer");
    // None of them used the assertion up.
    expect((await post(scim, proof)).status).toBe(200);
  });

  it("by a published key for encryption, or of a document that is too large", async () => {
    published = jwksOf({ ...publicJwk, use: "enc" });
    const byUrl = await makeDirectory({ jwksUrl: keyUrl() });
    expect((await ask(byUrl, await sign(claimsFor(byUrl)))).status).toBe(400);
    for (const body of [
      JSON.stringify({ keys: Array.from({ length: 101 }, (_, place) => ({ ...publicJwk, kid: `${place}` })) }),
      JSON.stringify({ keys: [publicJwk], filler: "x".repeat(2_000_000) }),
    ]) {
      published = body;
      const another = await makeDirectory({ jwksUrl: keyUrl() });
      expect((await ask(another, await sign(claimsFor(another), { kid: undefined }))).status).toBe(400);
    }
  });
});

it("keys that cannot work are refused when they are entered", async () => {
  const scim = await makeDirectory();
  const privateJwk = await exportJWK(keys.privateKey);
  for (const [input, path] of [
    [{ jwks: "x" }, "jwks"],
    [{ jwks: '{"keys":[]}' }, "jwks"],
    [{ jwks: jwksOf({ ...publicJwk, use: "enc" }) }, "jwks"],
    [{ jwks: jwksOf(publicJwk, { kty: "oct", k: "AAAA" }) }, "jwks"],
    [{ jwks: jwksOf(privateJwk) }, "jwks"],
    [{ jwks: jwksOf({ ...publicJwk, n: "AQAB" }) }, "jwks"],
    [{ jwks: jwksOf({ kty: "EC", crv: "P-256", x: "AA", y: "AA" }) }, "jwks"],
    [{ jwks: "x".repeat(100_001) }, "jwks"],
    [{ jwks: jwksOf(publicJwk), jwksUrl: keyUrl() }, "jwks"],
    [{ jwksUrl: "http://169.254.169.254/jwks" }, "jwksUrl"],
    [{ jwksUrl: "keys" }, "jwksUrl"],
    [{ issuer: "https://idp.example" }, "jwksUrl"],
  ] as const) {
    const { errors } = await setAssertions(scim.directoryId, input);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INVALID_INPUT", details: { fields: [{ path }] } });
  }
  expect((await ask(scim, await sign(claimsFor(scim)))).status).toBe(200);
});

it("refusals of one address are limited", async () => {
  const scim = await makeDirectory();
  ahead += 2 * MINUTE;
  for (let count = 0; count < TOKEN_REFUSALS_A_MINUTE; count += 1)
    expect((await post(scim, { grant_type: GRANT, assertion: "a" })).status).toBe(400);
  const limited = await ask(scim, await sign(claimsFor(scim)));
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  ahead += 2 * MINUTE;
  expect((await ask(scim, await sign(claimsFor(scim)))).status).toBe(200);
});
