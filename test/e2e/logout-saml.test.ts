/** SAML single logout over real HTTP, in both directions: from Usher, and from the provider. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import {
  createProviderKey,
  readLogout,
  startSamlProvider,
  type SamlProvider,
} from "../support/providers/saml/index.js";
import {
  describeLogout,
  postLogout,
  redirectLogout,
  type LogoutContent,
  type LogoutSending,
} from "../support/providers/saml/logout.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: SamlProvider;
let tenant: SamlTenant;
/** Certificates of connections. The stand-in verifies logout messages with them. */
const ownCertificates: string[] = [];
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RETURN_URLS: "https://app.example/" } });
  provider = await startSamlProvider({ singleLogout: true, serviceProviderCertificates: ownCertificates });
  tenant = await makeTenant();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

async function makeTenant(): Promise<SamlTenant> {
  const made = await createSamlTenant(usher, provider);
  const { text } = await createBrowser().get(made.entityId);
  const [, base64 = ""] = /use="signing".*?X509Certificate>([^<]+)</s.exec(text) ?? [];
  ownCertificates.push(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
  return made;
}

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
const logoutUrlOf = ({ connectionId }: SamlTenant) => `${usher.url}/sso/${connectionId}/logout`;
const signedOutPage = ({ slug }: SamlTenant, value = "") => `/o/${slug}?signed-out${value}`;
const signOut = async (browser: Browser, query = "") =>
  (await browser.post(`${usher.url}/sign-out${query}`, {}, { follow: false })).headers.location!;

describe("the connection's metadata", () => {
  it("names the logout address for both bindings, before the name format, and the certificate that signs", async () => {
    const { text } = await createBrowser().get(tenant.entityId);
    for (const binding of ["HTTP-Redirect", "HTTP-POST"])
      expect(text).toContain(
        `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${logoutUrlOf(tenant)}"/>`,
      );
    expect(text).toContain('AuthnRequestsSigned="false"');
    expect(text.indexOf("SingleLogoutService")).toBeGreaterThan(text.lastIndexOf("KeyDescriptor"));
    expect(text.indexOf("AssertionConsumerService")).toBeGreaterThan(text.lastIndexOf("SingleLogoutService"));
  });
});

describe("a sign-out at Usher", () => {
  it("ends the provider's session with a signed request, and leads back to returnTo, once", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser, "p-1001", { sessionIndex: "session-a" });
    const location = await signOut(browser, "?returnTo=https%3A%2F%2Fapp.example%2Fbye");
    expect(await signedIn(browser)).toBeNull();
    expect(location).toMatch(new RegExp(`^${provider.logoutUrl}\\?SAMLRequest=`));
    const atProvider = await browser.get(location, { follow: false });
    expect(provider.logouts.at(-1)).toMatchObject({ name: "LogoutRequest", signature: { isValid: true } });
    expect(provider.logouts.at(-1)!.xml).toContain("session-a");
    const back = await browser.get(atProvider.headers.location!, { follow: false });
    expect(back.headers.location).toBe("https://app.example/bye");
    const again = await browser.get(atProvider.headers.location!, { follow: false });
    expect(again.headers.location).toBe(signedOutPage(tenant));
  });

  it("says that the person may still be signed in at the provider, if the provider reports a failure", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser);
    const received = readLogout(new URL(await signOut(browser)), ownCertificates);
    const failed = { status: "urn:oasis:names:tc:SAML:2.0:status:Responder" };
    const page = await browser.get(provider.answerLogout(received, failed));
    expect(page.url).toBe(`${usher.url}${signedOutPage(tenant, "=here")}`);
    expect(page.visibleText).toContain("you may still be signed in");
  });

  it("does not lead to returnTo by a forged response, nor by that of a sibling connection", async () => {
    const browser = createBrowser();
    const sibling = await makeTenant();
    await tenant.signIn(browser);
    const location = await signOut(browser, "?returnTo=https%3A%2F%2Fapp.example%2Fbye");
    const received = readLogout(new URL(location), ownCertificates);
    for (const sending of [{ key: null }, { key: createProviderKey() }]) {
      const page = await browser.get(provider.answerLogout(received, {}, sending), { follow: false });
      expect([page.status, page.headers.location]).toEqual([400, undefined]);
    }
    const atSibling = await browser.get(provider.answerLogout({ ...received, issuer: sibling.entityId }), {
      follow: false,
    });
    expect(atSibling.headers.location).toBe(signedOutPage(sibling));
    expect((await browser.get(provider.answerLogout(received), { follow: false })).headers.location).toBe(
      "https://app.example/bye",
    );
  });

  it("works for a session that moved to another organization with a new id", async () => {
    const browser = createBrowser();
    const other = await makeTenant();
    await tenant.signIn(browser, "p-1002");
    const user = (await tenant.users()).find(({ email }) => email === "ben@acme.example")!;
    await usher.ask(`mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id } } }`, {
      input: { organizationId: other.organizationId, userId: user.id },
    });
    const answer = await browser.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({
        query: `mutation { switchOrganization(organizationId: "${other.organizationId}") { organization { id } } }`,
      }),
    });
    expect(JSON.parse(answer.text)).toMatchObject({
      data: { switchOrganization: { organization: { id: other.organizationId } } },
    });
    expect(await signOut(browser)).toMatch(new RegExp(`^${provider.logoutUrl}`));
    expect(await signedIn(browser)).toBeNull();
  });
});

describe("a logout request of the provider", () => {
  type Message = readonly [content: Partial<LogoutContent>, sending?: Partial<LogoutSending>];

  /** Brings the message by redirect, in a browser of its own, and returns the page without following its redirect. */
  const byRedirect = async ([content, sending]: Message, to = tenant) => {
    const message = { ...describeLogout(provider.entityId, logoutUrlOf(to)), nameId: "p-1001", ...content };
    const address = redirectLogout(message, logoutUrlOf(to), { key: provider.keys()[0]!, ...sending });
    return await createBrowser().get(address, { follow: false });
  };
  const byPost = async ([content, sending]: Message, to = tenant) => {
    const message = { ...describeLogout(provider.entityId, logoutUrlOf(to)), nameId: "p-1001", ...content };
    const fields = postLogout(message, { key: provider.keys()[0]!, ...sending });
    return await createBrowser().post(logoutUrlOf(to), fields, { from: provider.url, follow: false });
  };
  const signIn = async (personId: string, sessionIndex: string | null, to = tenant) => {
    const browser = createBrowser();
    await to.signIn(browser, personId, { sessionIndex });
    expect(await signedIn(browser)).not.toBeNull();
    return browser;
  };
  const newIndex = () => `session-${randomBytes(6).toString("hex")}`;
  const states = (browsers: readonly Browser[]) =>
    Promise.all(browsers.map(async (each) => (await signedIn(each)) !== null));

  describe.each([
    ["HTTP-Redirect", byRedirect],
    ["HTTP-POST", byPost],
  ])("by %s", (_binding, send) => {
    it("ends the session that it names, and brings a signed answer with RelayState to the provider", async () => {
      const index = newIndex();
      const browsers = [
        await signIn("p-1001", index),
        await signIn("p-1001", newIndex()),
        await signIn("p-1002", newIndex()),
      ];
      const id = `_${newIndex()}`;
      const page = await send([{ id, sessionIndexes: [index] }, { relayState: "where I was" }]);
      expect(await states(browsers)).toEqual([false, true, true]);
      expect(page.status).toBe(303);
      const answer = readLogout(new URL(page.headers.location!), ownCertificates);
      expect(answer).toMatchObject({ name: "LogoutResponse", relayState: "where I was", signature: { isValid: true } });
      expect(answer.xml).toContain(`InResponseTo="${id}"`);
    });

    it("without a session ends every session of the person at this connection, and no other session", async () => {
      const sibling = await makeTenant();
      const own = [await signIn("p-1001", newIndex()), await signIn("p-1001", null)];
      const others = [await signIn("p-1002", newIndex()), await signIn("p-1001", newIndex(), sibling)];
      await send([{}]);
      expect(await states([...own, ...others])).toEqual([false, false, true, true]);
    });

    it("with a foreign name, format, qualifier or session ends nothing", async () => {
      const index = newIndex();
      const browser = await signIn("p-1001", index);
      for (const content of [
        { nameId: "p-1002" },
        { nameIdFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" },
        { nameQualifier: "https://another.example" },
        { spNameQualifier: "https://another.example" },
        { sessionIndexes: ["another"] },
      ])
        expect((await send([{ sessionIndexes: [index], ...content }])).status).toBe(303);
      expect(await states([browser])).toEqual([true]);
    });

    const hostile: readonly (readonly [string, Message])[] = [
      ["unsigned", [{}, { key: null }]],
      ["signed by a foreign key", [{}, { key: createProviderKey() }]],
      ["of a foreign issuer", [{ issuer: "https://attacker.example" }]],
      ["for another destination", [{ destination: "https://attacker.example/logout" }]],
      ["expired", [{ notOnOrAfter: new Date(Date.now() - 120_000) }]],
      ["changed after signing", [{ nameId: "p-1003" }, { tamper: (xml) => xml.replace("p-1003", "p-1001") }]],
    ];
    it.each(hostile)("%s is refused, ends nothing and is no attempt", async (_case, message) => {
      const browser = await signIn("p-1001", newIndex());
      const before = await tenant.attempts();
      const page = await send(message);
      expect([page.status, page.headers.location]).toEqual([400, undefined]);
      expect(page.visibleText).toMatch(/You could not be signed out.*Reference: [A-Z0-9]+/s);
      expect(await states([browser])).toEqual([true]);
      expect(await tenant.attempts()).toEqual(before);
    });

    it("works once: a copy ends no later session of the person", async () => {
      const message: Message = [{ id: `_${newIndex()}` }];
      expect((await send(message)).status).toBe(303);
      const browser = await signIn("p-1001", newIndex());
      const copy = await send(message);
      expect(copy.status).toBe(400);
      expect(copy.visibleText).toContain("used before");
      expect(await states([browser])).toEqual([true]);
    });

    it("at a sibling connection ends nothing there", async () => {
      const sibling = await makeTenant();
      const browser = await signIn("p-1001", newIndex(), sibling);
      const page = await send([{ destination: logoutUrlOf(tenant) }], sibling);
      expect(page.status).toBe(400);
      expect(await states([browser])).toEqual([true]);
    });
  });

  it("is recorded as one event for its person, and counts for nothing in the connection's health", async () => {
    const own = await makeTenant();
    await signIn("p-1001", newIndex(), own);
    await byRedirect([{}], own);
    await byRedirect([{}, { key: null }], own);
    const told = (await own.events()).filter(({ type }) => type === "user.signed_out");
    expect(told.map(({ data }) => data.signOut)).toEqual([{ connectionId: own.connectionId }]);
    const { connection } = await own.ask("query ($id: ID!) { connection(id: $id) { health { lastFailedAt } } }", {
      id: own.connectionId,
    });
    expect(connection.health.lastFailedAt).toBeNull();
  });

  it("of a provider without a logout address ends the sessions, and shows that the person is signed out", async () => {
    const own = await makeTenant();
    await own.updateConnection({ settings: { saml: { logoutUrl: null } } });
    const browser = await signIn("p-1001", newIndex(), own);
    const page = await byRedirect([{}], own);
    expect(page.headers.location).toBe(signedOutPage(own));
    expect(await states([browser])).toEqual([false]);
  });
});
