/** Sign-ins with a provider that behaves: what is sent, what comes back, and how little is asked. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { makeEndSessionUrl, OpenIdConnectStrategy, SIGNING_ALGORITHMS } from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type HostileProviderOptions,
} from "../../support/providers/hostile-openid/index.js";
import { runLibrary } from "../../../src/protocols/strategy.js";
import { CALLBACK_URL, codeOf, Desk, makeParty, makeSurroundings } from "./driver.js";

let provider: HostileOpenIdProvider;
async function start(options?: HostileProviderOptions) {
  provider = await startHostileOpenIdProvider(options);
  return provider;
}
afterEach(() => provider.close());

describe("a sign-in", () => {
  test("proves who the person is", async () => {
    const desk = Desk.of(await makeParty(await start()));
    const verified = await desk.signIn(provider);
    expect(verified).toMatchObject({ issuer: provider.issuer, subject: "alice-1" });
    expect(verified.claims).toMatchObject({ email: "alice@acme.test", given_name: "Alice" });
    expect(verified.accessToken).not.toBe("");
  });

  test("sends state, nonce and an S256 code challenge, different each time", async () => {
    const desk = Desk.of(await makeParty(await start()));
    const first = new URL(await desk.start());
    const second = new URL(await desk.start());
    expect(first.origin + first.pathname).toBe(`${provider.url}/authorize`);
    expect(Object.fromEntries(first.searchParams)).toMatchObject({
      response_type: "code",
      client_id: provider.clientId,
      redirect_uri: CALLBACK_URL,
      scope: "openid profile email",
      code_challenge_method: "S256",
    });
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(first.searchParams.get(name)).toMatch(/^[\w-]{43}$/);
      expect(first.searchParams.get(name)).not.toBe(second.searchParams.get(name));
    }
    const { codeVerifier = "" } = desk.flows.drafts.get(first.searchParams.get("state") ?? "")?.secrets ?? {};
    expect(createHash("sha256").update(codeVerifier).digest("base64url")).toBe(
      first.searchParams.get("code_challenge"),
    );
  });

  test("sends a code challenge even where discovery does not announce it", async () => {
    await start();
    provider.setFault("discovery-without-s256");
    const desk = Desk.of(await makeParty(provider));
    expect(new URL(await desk.start()).searchParams.get("code_challenge_method")).toBe("S256");
  });

  test("sends no code challenge when PKCE is turned off", async () => {
    const desk = Desk.of(await makeParty(await start(), { pkce: false }));
    expect(await desk.start()).not.toContain("code_challenge");
    expect((await desk.signIn(provider)).subject).toBe("alice-1");
  });

  test("passes a login hint on, and asks for a new authentication when told to", async () => {
    const desk = Desk.of(await makeParty(await start()));
    const { searchParams } = new URL(await desk.start({ loginHint: "alice@acme.test", forceAuthentication: true }));
    expect(searchParams.get("login_hint")).toBe("alice@acme.test");
    expect(searchParams.get("prompt")).toBe("login");
  });

  test("keeps parameters that the authorization endpoint has of its own", async () => {
    const party = await makeParty(await start());
    const authorizationEndpoint = `${provider.url}/authorize?policy=p1&client_id=other`;
    const desk = Desk.of({ ...party, provider: { ...party.provider, authorizationEndpoint } });
    const { searchParams } = new URL(await desk.start());
    expect(searchParams.get("policy")).toBe("p1");
    expect(searchParams.getAll("client_id")).toEqual([provider.clientId]);
  });

  test("makes exactly one request to the provider once discovery and keys are cached", async () => {
    const desk = Desk.of(await makeParty(await start()));
    await desk.signIn(provider);
    for (let round = 0; round < 3; round += 1) {
      const callback = await provider.authorize(await desk.start());
      provider.forget();
      await desk.finish(callback);
      expect(provider.requests.map(({ endpoint }) => endpoint)).toEqual(["token"]);
    }
  });

  test.each(SIGNING_ALGORITHMS)("is accepted with %s where the connection allows it", async (algorithm) => {
    const desk = Desk.of(await makeParty(await start({ algorithm }), { algorithms: [algorithm] }));
    expect((await desk.signIn(provider)).subject).toBe("alice-1");
  });

  test("tolerates clocks that differ by less than a minute, in both directions", async () => {
    const surroundings = makeSurroundings();
    const desk = Desk.of(await makeParty(await start(), {}, surroundings));
    for (const seconds of [-55, 55, 355]) {
      surroundings.secondsAhead = seconds;
      expect((await desk.signIn(provider)).subject).toBe("alice-1");
    }
  });

  test("says by how many seconds the clocks differ", async () => {
    const surroundings = makeSurroundings();
    const desk = Desk.of(await makeParty(await start(), {}, surroundings));
    surroundings.secondsAhead = -600;
    await expect(desk.signIn(provider)).rejects.toMatchObject({
      code: "OIDC_CLOCK_SKEW",
      detail: expect.stringMatching(/iat is (599|600) seconds in the future/),
    });
    surroundings.secondsAhead = 700;
    await expect(desk.signIn(provider)).rejects.toMatchObject({
      code: "OIDC_TOKEN_EXPIRED",
      detail: expect.stringMatching(/exp was 40\d seconds ago/),
    });
  });

  test("lets a person choose the account by a prompt, and takes an answer of whichever age", async () => {
    const old = { claims: { sub: "alice-1", auth_time: Math.floor(Date.now() / 1_000) - 86_400 } };
    const running = await start();
    for (const accountPrompt of ["select_account", "login"] as const) {
      const desk = Desk.of(await makeParty(running, { accountPrompt }));
      const { searchParams } = new URL(await desk.start({ chooseAccount: true }));
      expect(searchParams.get("prompt")).toBe(accountPrompt);
      expect((await desk.signIn(provider, old, { chooseAccount: true })).subject).toBe("alice-1");
    }
  });

  test("accepts a new authentication that the provider dates", async () => {
    const desk = Desk.of(await makeParty(await start()));
    const claims = { sub: "alice-1", auth_time: Math.floor(Date.now() / 1_000) };
    const verified = await desk.signIn(provider, { claims }, { forceAuthentication: true });
    expect(verified.subject).toBe("alice-1");
  });
});

describe("the library", () => {
  test("checks issuer and nonce a second time, and the library's refusal is a refusal", async () => {
    const strategy = new OpenIdConnectStrategy(await makeParty(await start()));
    const desk = new Desk(strategy);
    expect((await desk.signIn(provider)).subject).toBe("alice-1");
    Object.assign(strategy, { _issuer: "https://another.example" });
    expect(await codeOf(desk.signIn(provider))).toBe("OIDC_LIBRARY_REFUSED");
  });

  test("is run on an object of its own, whatever it does there", async () => {
    const shared = { name: "shared" };
    const run = (authenticate: (own: Record<string, (...values: unknown[]) => void>) => void) =>
      runLibrary(shared, { part: 1 }, (own) => {
        authenticate(own as unknown as Record<string, (...values: unknown[]) => void>);
      });
    expect(await run((own) => own["success"]?.("user"))).toEqual({ kind: "success", user: "user" });
    expect(await run((own) => own["fail"]?.("why"))).toEqual({ kind: "failure", challenge: "why" });
    expect(await run((own) => own["pass"]?.())).toMatchObject({ kind: "failure" });
    expect(await run((own) => (own["redirect"]?.("first"), own["success"]?.("second")))).toEqual({
      kind: "redirect",
      url: "first",
    });
    await expect(run((own) => own["error"]?.(new Error("reported")))).rejects.toThrow("reported");
    await expect(
      run(() => {
        throw new Error("thrown");
      }),
    ).rejects.toThrow("thrown");
    expect(shared).toEqual({ name: "shared" });
  });
});

describe("signing out at the provider", () => {
  test("names the client and where to return", async () => {
    const { provider: found, client } = await makeParty(await start());
    expect(makeEndSessionUrl(found, client.id, "http://localhost:4000/bye?a=1")).toBe(
      `${provider.url}/sign-out?client_id=usher&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A4000%2Fbye%3Fa%3D1`,
    );
    expect(makeEndSessionUrl(found, client.id, null)).toBe(`${provider.url}/sign-out?client_id=usher`);
    expect(makeEndSessionUrl({ ...found, endSessionEndpoint: null }, client.id, null)).toBeNull();
  });
});

describe("client authentication", () => {
  test.each(["client_secret_basic", "client_secret_post"] as const)(
    "%s is understood by the provider",
    async (authentication) => {
      const clientSecret = "p@ss: word+/%&=~'()*!ü";
      const party = await makeParty(
        await start({ clientAuthentication: authentication, clientSecret, clientId: "a b:c" }),
      );
      const desk = Desk.of({ ...party, client: { ...party.client, authentication } });
      expect((await desk.signIn(provider)).subject).toBe("alice-1");
      const { parameters, authorization } = provider.requests.find(({ endpoint }) => endpoint === "token") ?? {};
      if (authentication === "client_secret_post") expect(authorization).toBeNull();
      else expect(parameters).not.toHaveProperty("client_secret");
    },
  );

  test("with the wrong secret is refused with what to do", async () => {
    const party = await makeParty(await start());
    const desk = Desk.of({ ...party, client: { ...party.client, secret: "wrong" } });
    expect(await codeOf(desk.signIn(provider))).toBe("OIDC_CLIENT_CREDENTIALS_REFUSED");
  });
});

describe("a hundred interleaved sign-ins on one opened connection", () => {
  test("give nobody another's result", async () => {
    const desk = Desk.of(await makeParty(await start()));
    const people = Array.from({ length: 100 }, (_, index) => ({ claims: { sub: `person-${index}` } }));
    const callbacks = await Promise.all(
      people.map(async (person) => await provider.authorize(await desk.start(), person)),
    );
    const verified = await Promise.all(callbacks.toReversed().map((callback) => desk.finish(callback)));
    expect(verified.toReversed().map(({ subject }) => subject)).toEqual(people.map(({ claims }) => claims.sub));
  });
});
