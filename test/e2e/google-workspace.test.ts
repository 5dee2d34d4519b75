/** Google Workspace over the whole application and real HTTP: accounts of the company sign in, others are refused. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Administrator, isSignedIn, type Detail } from "../../testing/administrator.js";
import { createBrowser } from "../../testing/browser.js";
import { startGoogleProvider, type GooglePerson } from "../support/providers/google/index.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import type { OpenIdProvider } from "../support/providers/openid/provider.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const CLIENT = { clientId: "1234987819200.apps.googleusercontent.com", clientSecret: "GOCSPX-a-secret-of-the-client" };

const PEOPLE: readonly GooglePerson[] = [
  {
    sub: "107691503500061507151",
    email: "ada@acme.example",
    givenName: "Ada",
    familyName: "Lovelace",
    hostedDomain: "acme.example",
  },
  {
    sub: "107691503500061507152",
    email: "grace@acme.test",
    givenName: "Grace",
    familyName: "Hopper",
    hostedDomain: "acme.test",
  },
  // A personal account whose address is in the company's domain.
  { sub: "107691503500061507153", email: "boss@acme.example", givenName: "Mallory", familyName: "Moore" },
  {
    sub: "107691503500061507154",
    email: "boss@mallory.example",
    givenName: "Mallory",
    familyName: "Moore",
    hostedDomain: "mallory.example",
  },
];

describe("a Workspace", () => {
  let usher: TestUsher;
  let google: OpenIdProvider;
  let administrator: Administrator;
  let connectionId: string;
  const signIn = async (place: number) => {
    const browser = createBrowser();
    return await signInAtOpenIdProvider(browser, await administrator.startUrl(browser), PEOPLE[place]?.sub ?? "");
  };

  beforeAll(async () => {
    google = await startGoogleProvider({ ...CLIENT, people: PEOPLE });
    usher = await startTestUsher({ environment: { USHER_GOOGLE_ISSUER: google.issuer } });
    administrator = await Administrator.of(usher, "acme");
  });
  afterAll(async () => {
    await usher?.stop();
    await google?.close();
  });

  it("is drafted without settings, shows the values to enter, and takes domains and client", async () => {
    const { id, details } = await administrator.draft({ googleWorkspace: {} });
    connectionId = id;
    const redirectUrl = details.find((each: Detail) => each.name === "redirectUrl")?.value ?? "";
    expect(redirectUrl).toBe(`${usher.url}/sso/${id}/callback`);
    const wrong = { googleWorkspace: { domains: ["gmail.com"] } };
    expect(await administrator.update(id, wrong)).toEqual(["settings.googleWorkspace.domains: INVALID"]);
    google.addRedirectUri(redirectUrl);
    const settings = { domains: ["Acme.Example", "acme.test"], ...CLIENT };
    expect(await administrator.update(id, { googleWorkspace: settings })).toEqual([]);
    expect(await administrator.diagnose(id)).toEqual([]);
    expect(await administrator.activate(id)).toBe("ACTIVE");
  });

  it("has domains that are fixed after activation, and a secret that is never returned", async () => {
    const more = { googleWorkspace: { domains: ["acme.example", "acme.test", "mallory.example"] } };
    expect(await administrator.update(connectionId, more)).toEqual(["settings.googleWorkspace.domains: FIXED"]);
    const { connection } = await administrator.ask(
      `query ($id: ID!) { connection(id: $id) { type settings { ... on GoogleWorkspaceSettings { domains clientSecret { setAt } } } } }`,
      { id: connectionId },
    );
    expect(connection).toEqual({
      type: "google-workspace",
      settings: { domains: ["acme.example", "acme.test"], clientSecret: { setAt: expect.any(String) } },
    });
  });

  it("signs people of all its domains in", async () => {
    for (const place of [0, 1, 0]) expect(isSignedIn(await signIn(place), administrator)).toBe(true);
    const members = await administrator.members();
    expect(Object.fromEntries(members.map(({ email, identities }) => [email, identities]))).toEqual({
      "ada@acme.example": [{ issuer: google.issuer, subject: "107691503500061507151" }],
      "grace@acme.test": [{ issuer: google.issuer, subject: "107691503500061507152" }],
    });
  });

  it.each([
    [2, "a personal account with an address of the company", "GOOGLE_DOMAIN_MISSING"],
    [3, "an account of another Workspace", "GOOGLE_DOMAIN_MISMATCH"],
  ])("refuses all other accounts (%i): %s", async (place, _, outcome) => {
    const page = await signIn(place);
    expect(page.status).toBe(403);
    const attempt = await administrator.lastAttempt();
    expect(attempt.outcome).toBe(outcome);
    expect(page.visibleText).toContain(attempt.reference);
    expect(await administrator.members()).toHaveLength(2);
  });
});
