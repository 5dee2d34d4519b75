/** The stand-in OpenID provider follows the specifications. Only plain fetch and node:crypto check it, not an OpenID library. */
import { createHash, createPublicKey, randomBytes, verify, type JsonWebKey } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import {
  isAtOpenIdProvider,
  signInAtOpenIdProvider,
  signOutAtOpenIdProvider,
} from "../support/providers/openid/driver.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";

type Json = Record<string, unknown>;

const ALICE = {
  sub: "alice-1",
  email: "alice@acme.example",
  email_verified: true,
  given_name: "Alice",
  family_name: "Adams <admin>",
  name: "Alice Adams",
  groups: ["ITSM-Admins"],
  employee_id: "E-1",
};
const BOB = { sub: "bob-2", email: "bob@acme.example", email_verified: false, name: "Bob" };

let application: Server;
let callbackUrl: string;
let provider: OpenIdProvider;

const start = (more: Partial<Parameters<typeof startOpenIdProvider>[0]> = {}) =>
  startOpenIdProvider({
    clients: [{ clientId: "usher", clientSecret: "s3cret/+ %", redirectUris: [callbackUrl] }],
    people: [ALICE, BOB],
    brand: "Acme ID",
    ...more,
  });

const discover = async ({ discoveryUrl }: OpenIdProvider) => (await (await fetch(discoveryUrl)).json()) as Json;

/** What an application stores between the redirect to the provider and the callback. */
interface Flow {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

async function begin(at: OpenIdProvider, changes: Readonly<Record<string, string | null>> = {}): Promise<Flow> {
  const { authorization_endpoint: endpoint } = await discover(at);
  const [verifier, state, nonce] = [randomBytes(32), randomBytes(8), randomBytes(8)].map((bytes) =>
    bytes.toString("base64url"),
  ) as [string, string, string];
  const parameters: Record<string, string | null> = {
    response_type: "code",
    client_id: at.clientId,
    redirect_uri: callbackUrl,
    scope: "openid profile email groups",
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...changes,
  };
  const url = new URL(String(endpoint));
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value);
  return { url: url.href, verifier, state, nonce };
}

async function redeem(at: OpenIdProvider, page: Page, verifier: string): Promise<{ status: number; body: Json }> {
  const { token_endpoint: endpoint } = await discover(at);
  const code = new URL(page.url).searchParams.get("code") ?? "";
  const basic = [at.clientId, at.clientSecret].map(encodeURIComponent).join(":");
  const answer = await fetch(String(endpoint), {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(basic).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: callbackUrl,
      code_verifier: verifier,
    }),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

/** Verifies an RS256 token with the provider's published keys and returns its claims. */
async function readToken(at: OpenIdProvider, token: string): Promise<Json> {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Json;
  const { alg, kid } = decode(header);
  const { jwks_uri: jwksUri } = await discover(at);
  const { keys } = (await (await fetch(String(jwksUri))).json()) as { keys: (JsonWebKey & { kid: string })[] };
  const jwk = keys.find((key) => key.kid === kid);
  expect(alg).toBe("RS256");
  expect(jwk).not.toHaveProperty("d");
  const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
  expect(verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))).toBe(true);
  return decode(payload);
}

async function signIn(at: OpenIdProvider, sub: string, browser: Browser = createBrowser()) {
  const flow = await begin(at);
  const page = await signInAtOpenIdProvider(browser, flow.url, sub);
  const { status, body } = await redeem(at, page, flow.verifier);
  expect(status).toBe(200);
  const idToken = await readToken(at, String(body["id_token"]));
  const { userinfo_endpoint: endpoint } = await discover(at);
  const headers = { authorization: `Bearer ${String(body["access_token"])}` };
  const userinfo = (await (await fetch(String(endpoint), { headers })).json()) as Json;
  return { flow, page, idToken, userinfo, rawIdToken: String(body["id_token"]) };
}

beforeAll(async () => {
  application = createServer((_request, response) => response.end("<p>application</p>"));
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  callbackUrl = `http://127.0.0.1:${(application.address() as AddressInfo).port}/callback`;
  provider = await start();
});

afterAll(async () => {
  await provider.close();
  application.closeAllConnections();
  await new Promise((resolve) => application.close(resolve));
});

describe("a sign-in at the OpenID stand-in", () => {
  test("ends at the application with a code, an ID token and the claims in it", async () => {
    const { flow, page, idToken, userinfo } = await signIn(provider, "alice-1");
    expect(page.url.startsWith(`${callbackUrl}?`)).toBe(true);
    expect(new URL(page.url).searchParams.get("state")).toBe(flow.state);
    expect(new URL(page.url).searchParams.get("iss")).toBe(provider.issuer);
    expect(idToken).toMatchObject({ ...ALICE, iss: provider.issuer, aud: "usher", nonce: flow.nonce });
    expect(userinfo).toMatchObject(ALICE);
  });

  test("works with the typed form, and reports an unknown name", async () => {
    const browser = createBrowser();
    const flow = await begin(provider, { login_hint: "nobody@acme.example" });
    const login = await browser.get(flow.url);
    expect(login.text).not.toContain("<script");
    expect(login.visibleText).toContain("Acme ID");
    expect((await browser.submitForm("typed")).status).toBe(422);
    const page = await browser.submitForm("typed", { login: " BOB@acme.example " });
    expect(isAtOpenIdProvider(page)).toBe(false);
    const { body } = await redeem(provider, page, flow.verifier);
    expect(await readToken(provider, String(body["id_token"]))).toMatchObject({ sub: "bob-2", email_verified: false });
  });

  test("keeps claims out of the ID token when they belong to userinfo", async () => {
    const other = await start({ claimsIn: "userinfo" });
    try {
      const { idToken, userinfo } = await signIn(other, "alice-1");
      expect(idToken).toMatchObject({ sub: "alice-1" });
      expect(idToken).not.toHaveProperty("email");
      expect(userinfo).toMatchObject({ email: "alice@acme.example", groups: ["ITSM-Admins"], employee_id: "E-1" });
    } finally {
      await other.close();
    }
  });

  test("takes another issuer shape, other claims and further addresses", async () => {
    const other = await start({
      issuerPath: "/tenant-1/v2.0",
      claimNames: ["tid", "oid"],
      claimsOf: ({ sub, name }, { use }) => ({
        name,
        ...(use === "id_token" && { tid: "tenant-1", oid: `${sub}-oid` }),
      }),
      serveMore: (request, response) => {
        if (request.url !== "/graph") return false;
        response.end("more");
        return true;
      },
    });
    try {
      expect(other.issuer).toBe(`${other.origin}/tenant-1/v2.0`);
      const { token_endpoint: endpoint } = await discover(other);
      expect(String(endpoint).startsWith(`${other.issuer}/`)).toBe(true);
      const { idToken, userinfo } = await signIn(other, "alice-1");
      expect(idToken).toMatchObject({ iss: other.issuer, sub: "alice-1", tid: "tenant-1", oid: "alice-1-oid" });
      expect(idToken).not.toHaveProperty("email");
      expect(userinfo).not.toHaveProperty("tid");
      expect(await (await fetch(`${other.origin}/graph`)).text()).toBe("more");
      expect((await fetch(`${other.origin}/.well-known/openid-configuration`)).status).toBe(404);
    } finally {
      await other.close();
    }
  });

  test("reads people anew each time", async () => {
    provider.people.push({ sub: "carol-3", email: "carol@acme.example", groups: ["a"] });
    expect((await signIn(provider, "carol-3")).idToken).toMatchObject({ groups: ["a"] });
    const carol = provider.people.find(({ sub }) => sub === "carol-3");
    if (carol) carol.groups = ["b"];
    expect((await signIn(provider, "carol-3")).idToken).toMatchObject({ groups: ["b"] });
  });

  test("remembers the browser until it signs out there", async () => {
    const browser = createBrowser();
    const { rawIdToken } = await signIn(provider, "alice-1", browser);
    const again = await begin(provider);
    expect(isAtOpenIdProvider(await browser.get(again.url))).toBe(false);
    const { end_session_endpoint: endpoint } = await discover(provider);
    const logoutUrl = new URL(String(endpoint));
    logoutUrl.searchParams.set("id_token_hint", rawIdToken);
    logoutUrl.searchParams.set("post_logout_redirect_uri", `${new URL(callbackUrl).origin}/bye`);
    expect((await browser.get(logoutUrl.href)).status).toBe(400);
    provider.addPostLogoutRedirectUri(`${new URL(callbackUrl).origin}/bye`);
    const page = await signOutAtOpenIdProvider(browser, logoutUrl.href);
    expect(new URL(page.url).pathname).toBe("/bye");
    expect(isAtOpenIdProvider(await browser.get(again.url))).toBe(true);
  });
});

describe("the OpenID stand-in refuses", () => {
  test("an unknown redirect URI, until it is added", async () => {
    const redirectUri = `${new URL(callbackUrl).origin}/other`;
    const flow = await begin(provider, { redirect_uri: redirectUri });
    const refused = await createBrowser().get(flow.url);
    expect([refused.status, isAtOpenIdProvider(refused)]).toEqual([400, true]);
    expect(refused.visibleText).toContain("invalid_redirect_uri");
    provider.addRedirectUri(redirectUri);
    expect((await createBrowser().get(flow.url)).status).toBe(200);
  });

  test("a request without PKCE", async () => {
    const flow = await begin(provider, { code_challenge: null, code_challenge_method: null });
    const page = await createBrowser().get(flow.url);
    expect(new URL(page.url).searchParams.get("error")).toBe("invalid_request");
  });

  test("another verifier, and a code that was used", async () => {
    const flow = await begin(provider);
    const page = await signInAtOpenIdProvider(createBrowser(), flow.url, "alice-1");
    const wrong = await redeem(provider, page, randomBytes(32).toString("base64url"));
    expect([wrong.status, wrong.body["error"]]).toEqual([400, "invalid_grant"]);
    const next = await begin(provider);
    const nextPage = await signInAtOpenIdProvider(createBrowser(), next.url, "alice-1");
    expect((await redeem(provider, nextPage, next.verifier)).status).toBe(200);
    expect((await redeem(provider, nextPage, next.verifier)).body["error"]).toBe("invalid_grant");
  });
});

test("is loaded without a word: the library's about old runtimes would be the first of the demonstration", async () => {
  const warn = jest.spyOn(console, "warn").mockReturnValue();
  jest.resetModules();
  await import("../support/providers/openid/provider.js");
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
