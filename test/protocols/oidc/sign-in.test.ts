/** Sign-ins with a correct provider: the requests, the results, and the small number of requests. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import {
  makeEndSessionUrl,
  OpenIdConnectStrategy,
  SIGNING_ALGORITHMS,
  type SecretClient,
} from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type HostileProviderOptions,
} from "../../support/providers/hostile-openid/index.js";
import { runLibrary } from "../../../src/protocols/strategy.js";
import { CALLBACK_URL, codeOf, SignInDriver, makeParty, makeSurroundings } from "./driver.js";

let provider: HostileOpenIdProvider;
async function start(options?: HostileProviderOptions) {
  provider = await startHostileOpenIdProvider(options);
  return provider;
}
afterEach(() => provider.close());

describe("a sign-in", () => {
  test("proves who the person is", async () => {
    const driver = SignInDriver.of(await makeParty(await start()));
    const verified = await driver.signIn(provider);
    expect(verified).toMatchObject({ issuer: provider.issuer, subject: "alice-1" });
    expect(verified.claims).toMatchObject({ email: "alice@acme.test", given_name: "Alice" });
    expect(verified.accessToken).not.toBe("");
  });

  test("sends state, nonce and an S256 code challenge, different each time", async () => {
    const driver = SignInDriver.of(await makeParty(await start()));
    const first = new URL(await driver.start());
    const second = new URL(await driver.start());
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
    const { codeVerifier = "" } = driver.flows.drafts.get(first.searchParams.get("state") ?? "")?.secrets ?? {};
    expect(createHash("sha256").update(codeVerifier).digest("base64url")).toBe(
      first.searchParams.get("code_challenge"),
    );
  });

  test("sends a code challenge even if discovery does not announce it", async () => {
    await start();
    provider.setFault("discovery-without-s256");
    const driver = SignInDriver.of(await makeParty(provider));
    expect(new URL(await driver.start()).searchParams.get("code_challenge_method")).toBe("S256");
  });

  test("sends no code challenge when PKCE is turned off", async () => {
    const driver = SignInDriver.of(await makeParty(await start(), { pkce: false }));
    expect(await driver.start()).not.toContain("code_challenge");
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
  });

  test("passes a login hint on, and asks for a new authentication if requested", async () => {
    const driver = SignInDriver.of(await makeParty(await start()));
    const { searchParams } = new URL(await driver.start({ loginHint: "alice@acme.test", forceAuthentication: true }));
    expect(searchParams.get("login_hint")).toBe("alice@acme.test");
    expect(searchParams.get("prompt")).toBe("login");
  });

  test("sends the hints of the connection, each as one parameter", async () => {
    const hints = { loginHint: true, domainHint: "acme.test", prompt: "consent", acrValues: "phr phrh" } as const;
    const driver = SignInDriver.of(await makeParty(await start(), { hints }));
    const loginHint = "a@acme.test&prompt=none&client_id=other#x";
    const { searchParams } = new URL(await driver.start({ loginHint }));
    expect(Object.fromEntries(searchParams)).toMatchObject({
      login_hint: loginHint,
      domain_hint: "acme.test",
      prompt: "consent",
      acr_values: "phr phrh",
    });
    expect([searchParams.getAll("prompt"), searchParams.getAll("client_id")]).toEqual([
      ["consent"],
      [provider.clientId],
    ]);
  });

  test("keeps the address to itself if the connection says so", async () => {
    const driver = SignInDriver.of(await makeParty(await start(), { hints: { loginHint: false } }));
    expect(new URL(await driver.start({ loginHint: "alice@acme.test" })).searchParams.has("login_hint")).toBe(false);
  });

  test("asks for the password at every sign-in if the connection says so, also for a choice of account", async () => {
    const hints = { loginHint: true, prompt: "login" } as const;
    const driver = SignInDriver.of(await makeParty(await start(), { hints, accountPrompt: "select_account" }));
    for (const step of [{}, { chooseAccount: true }])
      expect(new URL(await driver.start(step)).searchParams.get("prompt")).toBe("login");
  });

  test("keeps the authorization endpoint's own parameters", async () => {
    const party = await makeParty(await start());
    const authorizationEndpoint = `${provider.url}/authorize?policy=p1&client_id=other`;
    const driver = SignInDriver.of({ ...party, provider: { ...party.provider, authorizationEndpoint } });
    const { searchParams } = new URL(await driver.start());
    expect(searchParams.get("policy")).toBe("p1");
    expect(searchParams.getAll("client_id")).toEqual([provider.clientId]);
  });

  test("makes exactly one request to the provider once discovery and keys are cached", async () => {
    const driver = SignInDriver.of(await makeParty(await start()));
    await driver.signIn(provider);
    for (let round = 0; round < 3; round += 1) {
      const callback = await provider.authorize(await driver.start());
      provider.forget();
      await driver.finish(callback);
      expect(provider.requests.map(({ endpoint }) => endpoint)).toEqual(["token"]);
    }
  });

  test.each(SIGNING_ALGORITHMS)("is accepted with %s if the connection allows it", async (algorithm) => {
    const driver = SignInDriver.of(await makeParty(await start({ algorithm }), { algorithms: [algorithm] }));
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
  });

  test("tolerates clocks that differ by less than a minute, in both directions", async () => {
    const surroundings = makeSurroundings();
    const driver = SignInDriver.of(await makeParty(await start(), {}, surroundings));
    for (const seconds of [-55, 55, 355]) {
      surroundings.secondsAhead = seconds;
      expect((await driver.signIn(provider)).subject).toBe("alice-1");
    }
  });

  test("says by how many seconds the clocks differ", async () => {
    const surroundings = makeSurroundings();
    const driver = SignInDriver.of(await makeParty(await start(), {}, surroundings));
    surroundings.secondsAhead = -600;
    await expect(driver.signIn(provider)).rejects.toMatchObject({
      code: "OIDC_CLOCK_SKEW",
      detail: expect.stringMatching(/iat is (599|600) seconds in the future/),
    });
    surroundings.secondsAhead = 700;
    await expect(driver.signIn(provider)).rejects.toMatchObject({
      code: "OIDC_TOKEN_EXPIRED",
      detail: expect.stringMatching(/exp was 40\d seconds ago/),
    });
  });

  test("lets a person choose the account by a prompt, and accepts an older authentication", async () => {
    const old = { claims: { sub: "alice-1", auth_time: Math.floor(Date.now() / 1_000) - 86_400 } };
    const running = await start();
    for (const accountPrompt of ["select_account", "login"] as const) {
      const driver = SignInDriver.of(await makeParty(running, { accountPrompt }));
      const { searchParams } = new URL(await driver.start({ chooseAccount: true }));
      expect(searchParams.get("prompt")).toBe(accountPrompt);
      expect((await driver.signIn(provider, old, { chooseAccount: true })).subject).toBe("alice-1");
    }
  });

  test("accepts a new authentication with its time", async () => {
    const driver = SignInDriver.of(await makeParty(await start()));
    const claims = { sub: "alice-1", auth_time: Math.floor(Date.now() / 1_000) };
    const verified = await driver.signIn(provider, { claims }, { forceAuthentication: true });
    expect(verified.subject).toBe("alice-1");
  });
});

describe("the library", () => {
  test("checks issuer and nonce a second time, and the library's refusal is a refusal", async () => {
    const strategy = new OpenIdConnectStrategy(await makeParty(await start()));
    const driver = new SignInDriver(strategy);
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
    Object.assign(strategy, { _issuer: "https://another.example" });
    expect(await codeOf(driver.signIn(provider))).toBe("OIDC_LIBRARY_REFUSED");
  });

  test("runs on an object of its own", async () => {
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
  test("names the client, the person and the return address", async () => {
    const { provider: found, client } = await makeParty(await start());
    const request = { clientId: client.id, returnUrl: "http://localhost:4000/bye?a=1" };
    const back = "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A4000%2Fbye%3Fa%3D1";
    const signOut = `${provider.url}/sign-out?client_id=usher`;
    expect(makeEndSessionUrl(found, request)).toBe(`${signOut}&${back}`);
    expect(makeEndSessionUrl(found, { ...request, state: "s1", idTokenHint: "a.b.c", logoutHint: "ann" })).toBe(
      `${signOut}&id_token_hint=a.b.c&logout_hint=ann&${back}&state=s1`,
    );
    expect(makeEndSessionUrl(found, { ...request, returnUrl: null, state: "s1" })).toBe(signOut);
    expect(makeEndSessionUrl({ ...found, endSessionEndpoint: null }, request)).toBeNull();
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
      const driver = SignInDriver.of({ ...party, client: { ...party.client, authentication } as SecretClient });
      expect((await driver.signIn(provider)).subject).toBe("alice-1");
      const { parameters, authorization } = provider.requests.find(({ endpoint }) => endpoint === "token") ?? {};
      if (authentication === "client_secret_post") expect(authorization).toBeNull();
      else expect(parameters).not.toHaveProperty("client_secret");
    },
  );

  test("with the wrong secret is refused with what to do", async () => {
    const party = await makeParty(await start());
    const driver = SignInDriver.of({ ...party, client: { ...party.client, secret: "wrong" } as SecretClient });
    expect(await codeOf(driver.signIn(provider))).toBe("OIDC_CLIENT_CREDENTIALS_REFUSED");
  });
});

describe("a hundred interleaved sign-ins on one opened connection", () => {
  test("give every person their own result", async () => {
    const driver = SignInDriver.of(await makeParty(await start()));
    const people = Array.from({ length: 100 }, (_, index) => ({ claims: { sub: `person-${index}` } }));
    const callbacks = await Promise.all(
      people.map(async (person) => await provider.authorize(await driver.start(), person)),
    );
    const verified = await Promise.all(callbacks.toReversed().map((callback) => driver.finish(callback)));
    expect(verified.toReversed().map(({ subject }) => subject)).toEqual(people.map(({ claims }) => claims.sub));
  });
});
