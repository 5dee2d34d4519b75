/** Connection types are pluggable: one folder and one line add a type, and people sign in through it. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Strategy } from "passport";
import { builtInConnectionTypes } from "../../src/connection-types/index.js";
import type { AnyConnectionType, Exchange } from "../../src/connection/contract/index.js";
import { Administrator, isSignedIn } from "../../testing/administrator.js";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";
import { createLogger } from "../../src/platform/telemetry/logger.js";
import { openDatabase } from "../../src/platform/database/open-database.js";
import { onMariaDb } from "../support/database.js";
import { createBrowser } from "../../testing/browser.js";
import { specimen } from "../support/specimen/index.js";
import type { OpenedSpecimen } from "../support/specimen/strategy.js";
import { startSpecimenProvider, type SpecimenProvider } from "../support/specimen/provider.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const ADDRESSES = {
  entraAuthority: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  googleIssuer: "https://accounts.google.com",
  googleDirectoryUrl: "https://admin.googleapis.com",
};
/** A faulty type. It does not consume flows, and accepts each ticket repeatedly. */
const forgetful: AnyConnectionType = {
  ...specimen,
  id: "forgetful",
  strategy: (opened: OpenedSpecimen, runtime) => {
    const strategy = specimen.strategy(opened, runtime) as unknown as {
      authenticate: (this: unknown, exchange: Exchange) => unknown;
    };
    const { authenticate } = strategy;
    strategy.authenticate = function (exchange) {
      const consume = async () => true;
      const forgetting = exchange.step === "return" ? { ...exchange, flow: { ...exchange.flow, consume } } : exchange;
      return authenticate.call(this, forgetting);
    };
    return strategy as unknown as Strategy;
  },
};

/** The line that adds the connection type. */
const TYPES = [...builtInConnectionTypes(ADDRESSES), specimen, forgetful];

const log: string[] = [];
let usher: TestUsher;
let provider: SpecimenProvider;
let administrator: Administrator;
beforeAll(async () => {
  provider = await startSpecimenProvider();
  const logger = createLogger({ level: "error", destination: { write: (line) => void log.push(line) } });
  usher = await startTestUsher({ connectionTypes: TYPES, logger });
  administrator = await Administrator.of(usher, "acme");
});
afterAll(async () => {
  await usher?.stop();
  await provider?.close();
});

it("describes its settings for forms", async () => {
  const { connectionTypes } = await administrator.ask(
    `{ connectionTypes { id name settings { name kind required secret default } } }`,
  );
  expect(connectionTypes.find(({ id }: { id: string }) => id === "specimen")).toEqual({
    id: "specimen",
    name: "Specimen",
    settings: [
      { name: "address", kind: "URL", required: true, secret: false, default: null },
      { name: "audience", kind: "TEXT", required: true, secret: false, default: null },
      { name: "sharedSecret", kind: "SECRET", required: true, secret: true, default: null },
      { name: "groupsField", kind: "TEXT", required: false, secret: false, default: "groups" },
    ],
  });
});

it("is drafted, checked and activated, and signs people in, like any other type", async () => {
  const { address, audience, sharedSecret } = provider;
  const { id, details } = await administrator.draft({ specimen: {} });
  expect(details.map(({ name, value }) => [name, value])).toEqual([
    ["redirectUrl", `${usher.url}/sso/${id}/callback`],
    ["signOnUrl", `${usher.url}/sso/${id}/start`],
  ]);
  expect(await administrator.update(id, { specimen: { address: `${address}/` } })).toEqual([
    "settings.specimen.address: INVALID",
  ]);
  expect(await administrator.update(id, { specimen: { address, audience, sharedSecret } })).toEqual([]);
  expect(await administrator.activate(id)).toBe("ACTIVE");

  const browser = createBrowser();
  const page = await browser.get(await administrator.startUrl(browser));
  expect(isSignedIn(page, administrator)).toBe(true);
  expect(await administrator.members()).toEqual([
    {
      email: "ada@acme.example",
      firstName: "Ada",
      lastName: "Lovelace",
      identities: [{ issuer: address, subject: "ada" }],
    },
  ]);
});

it("refuses with its own codes, which administrators see with their remedies", async () => {
  provider.setPerson({ subject: "mallory", audience: "another application" });
  const browser = createBrowser();
  const page = await browser.get(await administrator.startUrl(browser));
  expect(page.status).toBe(403);
  expect(await administrator.lastAttempt()).toMatchObject({
    outcome: "SPECIMEN_TICKET_INVALID",
    remedy: specimen.refusals["SPECIMEN_TICKET_INVALID"]?.remedy,
  });
});

it("does not sign people in through a type that does not consume flows, however often the answer comes", async () => {
  const { address, audience, sharedSecret } = provider;
  provider.setPerson({ subject: "ada" });
  const careless = await Administrator.of(usher, "careless");
  const { id } = await careless.draft({ forgetful: { address, audience, sharedSecret } });
  expect(await careless.activate(id)).toBe("ACTIVE");
  const browser = createBrowser();
  const asked = await browser.get(await careless.startUrl(browser), { follow: false });
  const callback = provider.signIn(String(asked.headers["location"]));
  for (let time = 0; time < 2; time += 1) {
    const page = await browser.get(callback);
    expect(page.status).toBe(500);
    const { outcome, reference } = await careless.lastAttempt();
    expect(outcome).toBe("INTERNAL");
    // The log contains the defect, under the reference that the person sees.
    expect(page.visibleText).toContain(reference);
    expect(log.filter((line) => line.includes(reference))).toEqual([expect.stringContaining("forgetful")]);
  }
  expect(await careless.members()).toEqual([]);
});

it("has no button and refuses by code after it is uninstalled, and the page and signing out still work", async () => {
  const { address, audience, sharedSecret } = provider;
  provider.setPerson({ subject: "ada" });
  const gone = await Administrator.of(usher, "gone");
  const { id } = await gone.draft({ specimen: { address, audience, sharedSecret } });
  expect(await gone.activate(id)).toBe("ACTIVE");
  const browser = createBrowser();
  const startUrl = await gone.startUrl(browser);
  const begun = await browser.get(startUrl, { follow: false });
  const callback = provider.signIn(String(begun.headers["location"]));
  const inside = createBrowser();
  expect(isSignedIn(await inside.get(startUrl), gone)).toBe(true);
  await changeType(id, "uninstalled");

  expect((await browser.get(`${usher.url}/o/gone`)).links.filter(({ href }) => href.pathname.includes(id))).toEqual([]);
  for (const url of [startUrl, callback]) {
    expect((await browser.get(url)).status).toBe(503);
    expect(await gone.lastAttempt()).toMatchObject({
      outcome: "CONNECTION_TYPE_MISSING",
      detail: "The connection type uninstalled is not installed.",
    });
  }
  expect((await browser.get(`${usher.url}/sso/${id}/metadata`)).status).toBe(404);
  await inside.get(`${usher.url}/sign-out`);
  expect((await inside.submitForm(/sign out/i)).url).toBe(`${usher.url}/o/gone?signed-out`);
  const { organization } = await gone.ask(
    `query ($id: ID!) { organization(id: $id) { slug connections { id settings { __typename } health { lastFailureCode } } } }`,
    { id: gone.organizationId },
  );
  expect(organization).toEqual({
    slug: "gone",
    connections: [{ id, settings: null, health: { lastFailureCode: "CONNECTION_TYPE_MISSING" } }],
  });
});

/** Changes a stored connection to a type that is not installed. */
async function changeType(id: string, type: string): Promise<void> {
  const sql = "UPDATE sso_connection SET type = ? WHERE id = ?";
  if (onMariaDb) {
    const database = await openDatabase({ url: usher.databaseUrl, entities: [], migrations: [] });
    await database.transact((unit) => unit.execute(sql, [type, id]));
    await database.close();
    return;
  }
  const Sqlite = await loadSqlite();
  const file = new Sqlite(usher.databaseUrl.slice("sqlite:".length));
  file.prepare(sql).run(type, id);
  file.close();
}
