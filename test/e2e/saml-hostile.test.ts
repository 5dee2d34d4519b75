/** Forged, replayed, misdirected and oversized SAML messages against the whole application. Each is refused and changes nothing. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { forgeMessages, type HostileMessage } from "../support/providers/hostile-saml/index.js";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import type { AuthnRequest } from "../support/providers/saml/request.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

/** One message of each family. The tests of the protocol cover the other three hundred. */
const REPRESENTATIVES = [
  "XSW1",
  "XSW2",
  "XSW3",
  "XSW5",
  "XSW8",
  "signature/none at all",
  "signature/by an unknown key in KeyInfo, BOTH",
  "signature/of another text, ASSERTION",
  "signature/assertion genuine, response by an unknown key",
  "markup/not base64",
  "size/3,001 siblings",
  "kind/LogoutRequest",
  "status/denied",
  "status/unsolicited",
  "status/answer to an unknown request",
  "profile/destination of a sibling",
  "profile/recipient of a sibling",
  "profile/audience of a sibling",
  "profile/conditions over",
  "profile/stolen assertion in an answer to one's own request",
  "profile/NameID transient",
] as const;

let usher: TestUsher;
let provider: SamlProvider;
let clockOffsetMilliseconds = 0;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => new Date(Date.now() + clockOffsetMilliseconds) });
  provider = await startSamlProvider();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
const fieldsOf = (answer: { readonly fields: object }) => answer.fields as Record<string, string>;
const ticketOf = (page: Page) => new URL(page.headers.location ?? "", usher.url).href;
const open = (browser: Browser, url: string) => browser.get(url, { follow: false });

/** Expects a refusal on the page and in the attempts, and no other effect. */
async function expectRefused(page: Page, status: number, code: string, of: SamlTenant): Promise<void> {
  const [attempt] = await of.attempts();
  expect({ status: page.status, outcome: attempt?.outcome }).toEqual({ status, outcome: code });
  expect(page.visibleText).toContain("You could not be signed in");
  expect(page.visibleText).toContain(attempt!.reference);
  expect(page.visibleText).toContain(attempt!.message!);
  for (const internal of [code, "Error:", "    at ", "node_modules"]) expect(page.text).not.toContain(internal);
  expect(String(page.headers["set-cookie"] ?? "")).not.toContain("usher-session=usher");
  expect(page.headers["cache-control"]).toBe("no-store");
}

describe("a forged message", () => {
  let tenant: SamlTenant;
  let browser: Browser;
  let request: AuthnRequest;
  let messages: ReadonlyMap<string, HostileMessage>;
  beforeAll(async () => {
    tenant = await createSamlTenant(usher, provider);
    browser = createBrowser();
    request = await tenant.request(browser);
    const [victim, , attacker] = provider.people;
    messages = forgeMessages({
      provider,
      request,
      attacker: attacker!,
      victim: victim!,
      foreignKey: createProviderKey(),
      // This connection does not require encryption, and publishes no key for it.
      encryptionCertificate: createProviderKey().certificate,
      now: new Date(),
    });
  });

  it.each(REPRESENTATIVES)("%s: is refused with its code, without an account, an event or a session", async (name) => {
    const { code, fields } = messages.get(name)!;
    const page = await tenant.post(browser, fields);
    await expectRefused(page, 403, code, tenant);
    expect(page.headers.location).toBeUndefined();
    expect([await signedIn(browser), await tenant.users(), await tenant.events()]).toEqual([null, [], []]);
    const [attempt] = await tenant.attempts();
    // Data that was not verified is not recorded.
    expect(attempt).toMatchObject({ issuer: null, subject: null, email: null, userId: null });
    expect(attempt!.remedy).toBeTruthy();
  });

  it("keeps the returnTo of the sign-in that it answers", async () => {
    const asked = await tenant.request(browser, "?returnTo=%2Fgraphql");
    const audiences = [["https://sibling.example"]];
    const page = await tenant.post(browser, fieldsOf(provider.answer(asked, "p-1001", { audiences })));
    const query = new URLSearchParams({ returnTo: `${usher.url}/graphql` }).toString();
    expect([page.status, page.links.map(({ href }) => href.href)]).toEqual([
      403,
      [
        `${usher.url}/sso/${tenant.connectionId}/start?prompt=select_account&${query}`,
        `${usher.url}/o/${tenant.slug}?stay&${query}`,
      ],
    ]);
  });

  it("leaves the pending request usable, even after all of them", async () => {
    const page = await tenant.post(browser, fieldsOf(provider.answer(request, "p-1003")));
    await browser.get(ticketOf(page));
    expect(await signedIn(browser)).toBe("mallory@acme.example");
  });

  it("that anyone can post does not count for the connection's health", async () => {
    const healthy = await createSamlTenant(usher, provider);
    const stranger = createBrowser();
    const request = await healthy.request(stranger);
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const genuine = Buffer.from(fieldsOf(provider.answer(request, "p-1003"))["SAMLResponse"]!, "base64").toString();
    const twoAssertions = genuine.replace(/<(\w+:)?Assertion\b.*<\/\1Assertion>/s, "$&$&");
    const answerTo = (id: string | null) =>
      fieldsOf(provider.answer(request, "p-1003", { inResponseTo: id, confirmationInResponseTo: id }));
    const failed = { status: "urn:oasis:names:tc:SAML:2.0:status:Responder", hasAssertion: false };
    const forms: Record<string, string>[] = [
      {},
      { SAMLResponse: "eA==" },
      { SAMLResponse: base64("<!DOCTYPE x><x></x>") },
      { SAMLResponse: base64("<x></x>") },
      { SAMLResponse: base64(twoAssertions) },
      { SAMLResponse: "x".repeat(700 * 1024) },
      { SAMLResponse: "eHh4".repeat(90_000) },
      answerTo(null),
      answerTo(`_${"0".repeat(40)}`),
      fieldsOf(provider.answer(request, "p-1003", { ...failed, inResponseTo: null })),
      fieldsOf(provider.answer(request, "p-1003", { ...failed, inResponseTo: `_${"0".repeat(40)}` })),
      fieldsOf(provider.answer(request, "p-1003", { destination: "https://sibling.example", inResponseTo: null })),
    ];
    for (const form of forms) await healthy.post(stranger, form);
    expect(new Set((await healthy.attempts()).map(({ outcome }) => outcome))).toEqual(
      new Set([
        "SAML_NOT_A_RESPONSE",
        "SAML_MALFORMED_RESPONSE",
        "SAML_UNEXPECTED_STRUCTURE",
        "SAML_FORBIDDEN_MARKUP",
        "SIGN_IN_FORM_TOO_LARGE",
        "SAML_RESPONSE_TOO_LARGE",
        "SAML_UNSOLICITED",
        "SAML_UNKNOWN_REQUEST",
        "SAML_PROVIDER_REFUSED",
        "SAML_WRONG_DESTINATION",
      ]),
    );
    const { connection } = await healthy.ask(
      `query ($id: ID!) { connection(id: $id) { health { lastFailureCode } } }`,
      { id: healthy.connectionId },
    );
    expect(connection.health.lastFailureCode).toBeNull();
  });
});

describe("a genuine message", () => {
  let tenant: SamlTenant;
  beforeAll(async () => {
    tenant = await createSamlTenant(usher, provider);
  });

  it("is accepted once: a copy is refused, before and after its ticket was used", async () => {
    const browser = createBrowser();
    const fields = fieldsOf(await tenant.authenticate(browser));
    const first = await tenant.post(browser, fields);
    expect(first.status).toBe(303);
    await expectRefused(await tenant.post(createBrowser(), fields), 400, "SIGN_IN_UNKNOWN", tenant);
    await browser.get(ticketOf(first));
    expect(await signedIn(browser)).toBe("ann@acme.example");
    await expectRefused(await tenant.post(browser, fields), 400, "SIGN_IN_UNKNOWN", tenant);
  });

  it("is accepted once: of 20 parallel copies one gets a ticket", async () => {
    const browser = createBrowser();
    const fields = fieldsOf(await tenant.authenticate(browser, "p-1002"));
    const pages = await Promise.all(Array.from({ length: 20 }, () => tenant.post(browser, fields)));
    const [taken, ...more] = pages.filter(({ status }) => status === 303);
    expect(more).toEqual([]);
    const outcomes = (await tenant.attempts()).slice(0, 19).map(({ outcome }) => outcome);
    for (const outcome of outcomes) expect(["SIGN_IN_REPLAYED", "SIGN_IN_UNKNOWN"]).toContain(outcome);
    await browser.get(ticketOf(taken!));
    expect(await signedIn(browser)).toBe("ben@acme.example");
  });

  it("is accepted once: the same assertion in the answer to a different request is a replay", async () => {
    const browser = createBrowser();
    const first = await tenant.request(browser);
    const second = await tenant.request(browser);
    // Without the replay record, an assertion that names no request would be accepted for two requests.
    const assertionId = `_${randomBytes(16).toString("hex")}`;
    const answer = (to: AuthnRequest) =>
      provider.answer(to, "p-1001", {
        signedPart: "BOTH",
        rewriteAssertion: (xml) => xml.replace(/ ID="[^"]*"/, ` ID="${assertionId}"`),
        assertionSigning: { referenceUri: `#${assertionId}` },
      });
    expect((await tenant.post(browser, fieldsOf(answer(first)))).status).toBe(303);
    await expectRefused(await tenant.post(browser, fieldsOf(answer(second))), 400, "SIGN_IN_REPLAYED", tenant);
    // The refused copy did not consume the flow.
    expect((await tenant.post(browser, fieldsOf(provider.answer(second, "p-1001")))).status).toBe(303);
  });

  it("is for its connection: others refuse it, even of the same provider", async () => {
    const sibling = await createSamlTenant(usher, provider);
    const browser = createBrowser();
    const fields = fieldsOf(await tenant.authenticate(browser));
    await expectRefused(await tenant.post(browser, fields, sibling.acsUrl), 403, "SAML_WRONG_DESTINATION", sibling);
    const request = await tenant.request(browser);
    const redirected = { destination: sibling.acsUrl, recipient: sibling.acsUrl, audiences: [[sibling.entityId]] };
    await expectRefused(
      await tenant.post(browser, fieldsOf(provider.answer(request, "p-1001", redirected)), sibling.acsUrl),
      403,
      "SAML_UNKNOWN_REQUEST",
      sibling,
    );
    expect((await tenant.post(browser, fields)).status).toBe(303);
  });

  it("that is unsolicited is refused with a code of its own", async () => {
    const browser = createBrowser();
    const request = await tenant.request(browser);
    const unsolicited = provider.answer(request, "p-1001", { inResponseTo: null, confirmationInResponseTo: null });
    await expectRefused(await tenant.post(browser, fieldsOf(unsolicited)), 403, "SAML_UNSOLICITED", tenant);
  });

  it("is refused if what the connection trusts changes before the post or before the ticket", async () => {
    const own = await createSamlTenant(usher, provider);
    const browser = createBrowser();
    const fields = fieldsOf(await own.authenticate(browser));
    const fetched = ticketOf(await own.post(browser, fieldsOf(await own.authenticate(browser, "p-1002"))));
    const entityId = (value: string) => own.updateConnection({ settings: { saml: { entityId: value } } });
    await entityId("https://another.example/metadata");
    await entityId(provider.entityId);
    await expectRefused(await own.post(browser, fields), 409, "SIGN_IN_SUPERSEDED", own);
    await expectRefused(await open(browser, fetched), 409, "SIGN_IN_SUPERSEDED", own);
    expect(await own.users()).toEqual([]);

    const disabled = fieldsOf(await own.authenticate(browser));
    const ticket = ticketOf(await own.post(browser, fieldsOf(await own.authenticate(browser))));
    await own.disable();
    await expectRefused(await own.post(browser, disabled), 403, "CONNECTION_NOT_ACTIVE", own);
    expect((await open(browser, ticket)).status).toBeGreaterThanOrEqual(400);
    expect(await signedIn(browser)).toBeNull();
    await own.activate();
    expect((await open(browser, ticket)).status).toBeGreaterThanOrEqual(400);
    expect(await own.users()).toEqual([]);
  });
});

describe("a ticket", () => {
  let tenant: SamlTenant;
  beforeAll(async () => {
    tenant = await createSamlTenant(usher, provider);
  });
  const prepare = async (browser: Browser, personId = "p-1001") =>
    ticketOf(await tenant.post(browser, fieldsOf(await tenant.authenticate(browser, personId))));

  it("is for the browser that began: an attacker's answer posted by the victim's browser does not sign in", async () => {
    const attacker = createBrowser();
    const victim = createBrowser();
    // The victim's own sign-in is pending, so the browser has a binding cookie.
    await tenant.request(victim);
    const fields = fieldsOf(await tenant.authenticate(attacker, "p-1003"));
    const posted = await victim.post(tenant.acsUrl, fields, { from: "https://evil.example/" });
    await expectRefused(posted, 403, "SIGN_IN_OTHER_BROWSER", tenant);
    expect(await signedIn(victim)).toBeNull();
  });

  it("is for the browser that began: others are refused, and it stays valid", async () => {
    const browser = createBrowser();
    const ticket = await prepare(browser);
    const thief = createBrowser();
    await expectRefused(await open(thief, ticket), 403, "SIGN_IN_OTHER_BROWSER", tenant);
    await tenant.request(thief);
    await expectRefused(await open(thief, ticket), 403, "SIGN_IN_OTHER_BROWSER", tenant);
    await browser.get(ticket);
    expect([await signedIn(thief), await signedIn(browser)]).toEqual([null, "ann@acme.example"]);
  });

  it("is used once by 20 parallel requests", async () => {
    const browser = createBrowser();
    const ticket = await prepare(browser);
    const pages = await Promise.all(Array.from({ length: 20 }, () => open(browser, ticket)));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(pages.filter(({ status }) => status === 400)).toHaveLength(19);
    const again = await open(browser, ticket);
    expect([again.status, again.visibleText.includes("You are signed in")]).toEqual([200, true]);
    expect(again.headers["set-cookie"]).toBeUndefined();
    browser.clearCookies();
    await expectRefused(await open(browser, ticket), 403, "SIGN_IN_OTHER_BROWSER", tenant);
    expect((await tenant.attempts()).filter(({ outcome }) => outcome === "SUCCEEDED")).toHaveLength(2);
  });

  it("that is requested again offers the way on while the browser has its session", async () => {
    const browser = createBrowser();
    const returnTo = `${usher.url}/graphql`;
    const answer = provider.answer(await tenant.request(browser, "?returnTo=%2Fgraphql"), "p-1001");
    const first = ticketOf(await tenant.post(browser, fieldsOf(answer)));
    expect((await open(browser, first)).headers.location).toBe(returnTo);
    expect((await open(browser, first)).links.map(({ href }) => href.href)).toEqual([returnTo]);
    // The session of a different sign-in does not count, even if it belongs to the same person.
    await browser.get(await prepare(browser));
    await expectRefused(await open(browser, first), 400, "SIGN_IN_UNKNOWN", tenant);
  });

  it("expires after a minute", async () => {
    const own = await createSamlTenant(usher, provider);
    const browser = createBrowser();
    const ticket = ticketOf(await own.post(browser, fieldsOf(await own.authenticate(browser))));
    try {
      clockOffsetMilliseconds = 61_000;
      await expectRefused(await open(browser, ticket), 400, "SIGN_IN_UNKNOWN", own);
    } finally {
      clockOffsetMilliseconds = 0;
    }
  });

  it("is for its connection", async () => {
    const sibling = await createSamlTenant(usher, provider);
    const browser = createBrowser();
    const ticket = await prepare(browser);
    const carriedOver = ticket.replace(tenant.connectionId, sibling.connectionId);
    await expectRefused(await open(browser, carriedOver), 400, "SIGN_IN_UNKNOWN", sibling);
    expect(await sibling.users()).toEqual([]);
    await browser.get(ticket);
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });

  it.each([
    ["missing", ""],
    ["empty", "?ticket="],
    ["unknown", `?ticket=${"a".repeat(43)}`],
    ["a message instead", "?SAMLResponse=eA%3D%3D&RelayState=x"],
  ])("that is %s leads to a page without a session", async (_name, query) => {
    await expectRefused(await open(createBrowser(), `${tenant.acsUrl}${query}`), 400, "SIGN_IN_UNKNOWN", tenant);
  });

  it("that is repeated is refused", async () => {
    const browser = createBrowser();
    const ticket = await prepare(browser);
    const twice = `${ticket}&${new URL(ticket).search.slice(1)}`;
    await expectRefused(await open(browser, twice), 400, "SIGN_IN_PARAMETERS_INVALID", tenant);
  });
});

describe("a form at the ACS", () => {
  let tenant: SamlTenant;
  let browser: Browser;
  beforeAll(async () => {
    tenant = await createSamlTenant(usher, provider);
    browser = createBrowser();
  });
  const post = (type: string, text: string) =>
    browser.send("POST", tenant.acsUrl, { type, text }, { headers: { accept: "text/html" } });
  const FORM = "application/x-www-form-urlencoded";

  it("that is too large is refused with a page and a reference, at the bound of the form and of the protocol", async () => {
    await expectRefused(
      await tenant.post(browser, { SAMLResponse: "A".repeat(700 * 1024) }),
      413,
      "SIGN_IN_FORM_TOO_LARGE",
      tenant,
    );
    await expectRefused(
      await tenant.post(browser, { SAMLResponse: "A".repeat(400 * 1024) }),
      403,
      "SAML_RESPONSE_TOO_LARGE",
      tenant,
    );
    const fields = Array.from({ length: 30 }, (_, index) => `f${index}=1`).join("&");
    await expectRefused(await post(FORM, fields), 413, "SIGN_IN_FORM_TOO_LARGE", tenant);
  });

  it.each([
    ["SAMLResponse", "SAMLResponse=a&SAMLResponse=b"],
    ["SAMLResponse, twice the same", "SAMLResponse=a&SAMLResponse=a"],
    ["RelayState", "SAMLResponse=a&RelayState=x&RelayState=y"],
  ])("with a repeated field is refused: %s", async (_name, text) => {
    await expectRefused(await post(FORM, text), 400, "SIGN_IN_PARAMETERS_INVALID", tenant);
  });

  it.each([
    ["fields that look like objects", FORM, "SAMLResponse[x]=a&SAMLResponse[y]=b", "SAML_NOT_A_RESPONSE"],
    ["a field named like a prototype", FORM, "__proto__=a&constructor=b", "SAML_NOT_A_RESPONSE"],
    ["JSON", "application/json", `{"SAMLResponse":"a"}`, "SAML_NOT_A_RESPONSE"],
    ["text", "text/plain", "SAMLResponse=a", "SAML_NOT_A_RESPONSE"],
    ["nothing", FORM, "", "SAML_NOT_A_RESPONSE"],
  ])("with %s is refused as not a response", async (_name, type, text, code) => {
    await expectRefused(await post(type, text), 403, code, tenant);
  });

  it("in a different character or content encoding is refused", async () => {
    await expectRefused(
      await post(`${FORM}; charset=utf-7`, "SAMLResponse=a"),
      400,
      "SIGN_IN_PARAMETERS_INVALID",
      tenant,
    );
  });

  it("of a connection that does not exist, or of a different type, is refused", async () => {
    const nowhere = await tenant.post(browser, { SAMLResponse: "eA==" }, `${usher.url}/sso/nothing/acs`);
    expect(nowhere.status).toBe(404);
    const callback = await browser.get(tenant.acsUrl.replace(/acs$/, "callback?state=x&code=y"), { follow: false });
    await expectRefused(callback, 405, "SIGN_IN_BINDING_WRONG", tenant);
  });
});
