/** The built program: SAML over two processes on one database, and verification in threads that do not block other requests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { onMariaDb, testDatabaseUrl, type TestDatabaseUrl } from "../support/database.js";
import { startProcess, type RoundRobinProxy, type UsherProcess } from "../support/process.js";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { startReplicas, type Replicas } from "../support/replicas.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { findFreePort, OPERATOR_KEY, TEST_KEY_RING } from "../support/usher.js";

const fieldsOf = (answer: { readonly fields: object }) => answer.fields as Record<string, string>;

let provider: SamlProvider;
beforeAll(async () => {
  provider = await startSamlProvider();
});
afterAll(() => provider.close());

const describeOnMariaDb = onMariaDb ? describe : describe.skip;

describeOnMariaDb("two processes on one database (MariaDB; a SQLite file belongs to one process)", () => {
  let replicas: Replicas;
  let proxy: RoundRobinProxy;
  beforeAll(async () => {
    replicas = await startReplicas();
    proxy = replicas.proxy;
  }, 120_000);
  afterAll(async () => {
    const endings = await replicas.stop();
    expect(endings.map(({ code, stderr }) => ({ code, stderr }))).toEqual(endings.map(() => ({ code: 0, stderr: "" })));
  });

  const signedIn = (browser: Browser) => whoIsSignedIn(browser, proxy);
  const outcomes = async (tenant: SamlTenant) => (await tenant.attempts()).map(({ outcome }) => outcome);
  const at = async <Result>(place: number, run: () => Promise<Result>): Promise<Result> => {
    proxy.pin(place);
    return await run().finally(() => proxy.pin(null));
  };
  const ticketOf = (page: Page) => new URL(page.headers.location!, proxy.url).href;

  it("share one sign-in: begun at one, posted to the other, completed at the first", async () => {
    const tenant = await createSamlTenant(proxy, provider);
    const browser = createBrowser();
    const answer = await at(0, () => tenant.authenticate(browser));
    const posted = await at(1, () => tenant.post(browser, fieldsOf(answer)));
    const page = await at(0, () => browser.get(ticketOf(posted), { follow: false }));
    expect([posted.status, page.status]).toEqual([303, 303]);
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });

  it("accept one of 20 copies of a message, and one of 20 uses of its ticket", async () => {
    const tenant = await createSamlTenant(proxy, provider);
    const browser = createBrowser();
    const fields = fieldsOf(await tenant.authenticate(browser));
    const pages = await Promise.all(Array.from({ length: 20 }, () => tenant.post(browser, fields)));
    const taken = pages.filter(({ status }) => status === 303);
    expect(taken).toHaveLength(1);
    const ticket = ticketOf(taken[0]!);
    const opened = await Promise.all(Array.from({ length: 20 }, () => browser.get(ticket, { follow: false })));
    expect(opened.filter(({ status }) => status === 303)).toHaveLength(1);
    expect((await outcomes(tenant)).filter((outcome) => outcome === "SUCCEEDED")).toHaveLength(1);
  });

  it("refuse a message and a ticket that the other accepted", async () => {
    const tenant = await createSamlTenant(proxy, provider);
    const browser = createBrowser();
    const fields = fieldsOf(await tenant.authenticate(browser));
    const posted = await at(0, () => tenant.post(browser, fields));
    expect((await at(1, () => tenant.post(browser, fields))).status).toBe(400);
    expect((await at(1, () => browser.get(ticketOf(posted), { follow: false }))).status).toBe(303);
    // The first process offers a link to continue, to the browser with the ticket's session. Without it, the ticket is refused.
    expect((await at(0, () => browser.get(ticketOf(posted), { follow: false }))).status).toBe(200);
    const cookie = browser
      .cookiesFor(proxy.url)
      .filter(({ name }) => name !== "usher-session")
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    const stranger = createBrowser();
    const options = { follow: false, headers: { cookie } };
    expect((await at(0, () => stranger.get(ticketOf(posted), options))).status).toBe(400);
    expect((await outcomes(tenant)).toSorted()).toEqual(["SIGN_IN_UNKNOWN", "SIGN_IN_UNKNOWN", "SUCCEEDED"]);
  });

  it("end sign-ins under way at once when what a connection trusts is changed at the other", async () => {
    const tenant = await createSamlTenant(proxy, provider);
    const browser = createBrowser();
    const waiting = fieldsOf(await tenant.authenticate(browser));
    const posted = await at(1, async () => tenant.post(browser, fieldsOf(await tenant.authenticate(browser))));
    await at(0, () => tenant.updateConnection({ settings: { saml: { entityId: "https://another.example/" } } }));
    expect((await at(1, () => browser.get(ticketOf(posted), { follow: false }))).status).toBe(409);
    expect((await at(1, () => tenant.post(browser, waiting))).status).toBe(403);
    expect((await outcomes(tenant)).toSorted()).toEqual(["SAML_WRONG_ISSUER", "SIGN_IN_SUPERSEDED"]);
    expect(await tenant.users()).toEqual([]);
  });
});

describe("a document that takes long to verify", () => {
  let folder: string;
  let database: TestDatabaseUrl;
  let usher: UsherProcess;
  let url: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "usher-threads-"));
    database = await testDatabaseUrl();
    const port = await findFreePort();
    url = `http://localhost:${port}`;
    usher = await startProcess({
      NODE_ENV: "production",
      PORT: String(port),
      USHER_URL: url,
      DATABASE_URL: database.url,
      USHER_DATA_DIR: folder,
      USHER_KEY_RING: TEST_KEY_RING,
      USHER_OPERATOR_KEY: OPERATOR_KEY,
      USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
      USHER_LOG_LEVEL: "error",
    });
  }, 120_000);
  afterAll(async () => {
    const { code, stderr } = await usher.stop();
    await database.remove();
    await rm(folder, { recursive: true, force: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("does not block other requests", async () => {
    const key = provider.keys();
    // Each certificate requires one more verification. The right certificate is the last.
    provider.setKeys([createProviderKey(), createProviderKey(), ...key]);
    const slowTenant = await createSamlTenant({ url }, provider).finally(() => provider.setKeys(key));
    const tenant = await createSamlTenant({ url }, provider);
    // Both threads have started and loaded their modules.
    await Promise.all(["p-1001", "p-1002"].map((person) => tenant.signIn(createBrowser(), person)));

    const patient = createBrowser();
    const siblings = '<a xmlns:b="urn:b" b:c="1"></a>'.repeat(2_900);
    const slow = await slowTenant.authenticate(patient, "p-1003", {
      rewriteAssertion: (xml) => xml.replace("</saml:AttributeStatement>", `${siblings}</saml:AttributeStatement>`),
    });
    let isSlowOver = false;
    const slowPage = slowTenant.post(patient, fieldsOf(slow)).finally(() => (isSlowOver = true));
    // A second person signs in, from start to end, while the slow document is being verified.
    const browser = createBrowser();
    await tenant.signIn(browser);
    expect(await whoIsSignedIn(browser, { url })).toBe("ann@acme.example");
    expect(isSlowOver).toBe(false);
    // A busy machine may verify the document or time out. Both end with a response.
    expect([303, 403]).toContain((await slowPage).status);
  });
});
