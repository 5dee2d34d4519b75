/** Upkeep reads a provider's metadata again: good documents reach every replica, and bad ones leave the last good copy in use. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import { createSamlConnectionType } from "../../../src/connection-types/saml/index.js";
import type { OpenedSaml } from "../../../src/connection-types/saml/open.js";
import { chooseNextReading } from "../../../src/connection-types/saml/refresh.js";
import { createOpenedConnections } from "../../../src/connection/opened-connections.js";
import type { ConnectionServices } from "../../../src/connection/services.js";
import { activateConnection, testConnection } from "../../../src/connection/stored/activation.js";
import {
  createConnection,
  disableConnection,
  readConnection,
} from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { loadOpeningContext } from "../../../src/connection/stored/opening-context.js";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import { REFRESH_PROVIDER } from "../../../src/connection/upkeep/refresh-provider.js";
import { runUpkeep } from "../../../src/connection/upkeep/run-upkeep.js";
import { FetchRefusal } from "../../../src/platform/fetch/fetch-refusal.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { createInlineValidator } from "../../../src/protocols/saml/validator.js";
import { createProviderKey, type ProviderKey } from "../../support/providers/saml/index.js";
import { writeProviderMetadata } from "../../support/providers/saml/metadata.js";
import { askSchema, buildConnectionSchema, openHouse, OPERATOR, type House } from "../support/house.js";

const [first, second] = [createProviderKey(), createProviderKey()];
const IDP = "https://idp.example";
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
let house: House;
let services: ConnectionServices;
let answer: (signal: AbortSignal | null) => Response | Promise<Response>;
let fetches = 0;
beforeAll(async () => {
  // The type makes no keys here, because that takes time and these tests sign nothing.
  const { createKeys: _, ...type } = createSamlConnectionType(createInlineValidator);
  house = await openHouse([type]);
  const fetch = async (_url: string, init?: RequestInit) => {
    fetches++;
    return await answer(init?.signal ?? null);
  };
  const { runtime } = house.services;
  const urls = { ...runtime.urls, browserUrl: runtime.urls.serverUrl };
  services = { ...house.services, runtime: { ...runtime, fetch, urls } };
});
afterAll(() => house.close());
beforeEach(async () => {
  await services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => unit.execute("DELETE FROM sso_connection"));
  answer = publish(document(first));
  fetches = 0;
});

function document(...keys: readonly ProviderKey[]): string {
  return writeProviderMetadata({
    entityId: IDP,
    signOnUrl: "https://idp.example/sso",
    certificates: keys.map(({ base64 }) => base64),
    nameIdFormat: "x",
    wantsSignedRequests: false,
  });
}

const publish =
  (text: string, status = 200) =>
  () =>
    new Response(text, { status });

async function activate(
  settings: Record<string, unknown> = { metadataUrl: "https://idp.example/metadata" },
): Promise<Connection> {
  const { organizationId } = house;
  const input = { organizationId, displayName: "Acme ID", settings: { saml: settings } };
  const { id } = await createConnection(services, OPERATOR, input);
  return (await activateConnection(services, OPERATOR, id)).connection;
}

/** Starts a replica without its worker: no connection is open, and all facts come from the database. */
function start() {
  const { registry, runtime } = services;
  const loadContext = (connection: Connection) => loadOpeningContext(services, connection);
  const connections = createOpenedConnections({ registry, runtime, loadContext });
  return async (connection: Connection) => {
    const { source } = (await connections.open(connection)).opened as OpenedSaml;
    return (await source.current()).certificates.map(({ pem }) => pem);
  };
}

/** Looks after the due connections, with lines of the log. */
async function upkeep(stopping = new AbortController().signal): Promise<readonly Record<string, unknown>[]> {
  const lines: string[] = [];
  const logger = createLogger({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  await runUpkeep({ services, steps: [REFRESH_PROVIDER], logger }, stopping);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const HEALTH = `query ($id: ID!) {
  connection(id: $id) { health { providerReadAt providerFailure { since code message remedy } } } }`;
async function healthOf({ id }: Connection) {
  const { data } = await askSchema(buildConnectionSchema(services), HEALTH, { id });
  return data.connection.health;
}

const pem = ({ certificate }: ProviderKey) => certificate.trimEnd();
const nowText = () => services.runtime.clock().toISOString();

test("a new certificate reaches every replica, without a request of a sign-in or a change of the connection", async () => {
  const connection = await activate();
  await upkeep();
  house.advance(10 * MINUTE_SECONDS);
  const replica = start();
  expect(await replica(connection)).toEqual([pem(first)]);
  answer = publish(document(first, second));
  house.advance(50 * MINUTE_SECONDS);
  fetches = 0;
  await upkeep();
  expect(await replica(connection)).toEqual([pem(first)]);
  // The replica reads the new facts in the background, while sign-ins continue.
  while ((await replica(connection)).length === 1) await new Promise((resolve) => setImmediate(resolve));
  expect(await replica(connection)).toEqual([pem(first), pem(second)]);
  expect(fetches).toBe(1);
  expect(await healthOf(connection)).toEqual({ providerReadAt: nowText(), providerFailure: null });
  expect(await readConnection(services, OPERATOR, connection.id)).toEqual(connection);
});

test("pasted metadata is not read again, and its health says nothing", async () => {
  const connection = await activate({ metadataXml: document(first) });
  house.advance(24 * HOUR_SECONDS);
  fetches = 0;
  await upkeep();
  expect(fetches).toBe(0);
  expect(await healthOf(connection)).toEqual({ providerReadAt: null, providerFailure: null });
});

describe("a bad document leaves the last good copy in use, in running replicas and after a restart", () => {
  const ended = document(second).replace("<md:EntityDescriptor", '$& validUntil="2026-01-01T00:00:00Z"');
  const swapped = document(second).replaceAll(IDP, "https://evil.example");
  test.each<[string, typeof answer, string]>([
    ["an outage", publish("", 503), "SAML_METADATA_UNREACHABLE"],
    ["a page", publish("<html><body>Sign in</body></html>"), "SAML_METADATA_INVALID"],
    ["a different entity", publish(swapped), "SAML_PROVIDER_CHANGED"],
    ["an expired document", publish(ended), "SAML_METADATA_EXPIRED"],
    ["no certificate", publish(document()), "SAML_METADATA_INVALID"],
    [
      "only a certificate for encryption",
      publish(document(second).replace('use="signing"', 'use="encryption"')),
      "SAML_METADATA_INVALID",
    ],
    [
      "a sign-on address that runs a script",
      publish(document(second).replace("https://idp.example/sso", "javascript:alert(1)")),
      "SAML_METADATA_INVALID",
    ],
    ["an endless document", publish(document(second) + " ".repeat(1_000_001)), "SAML_METADATA_INVALID"],
    [
      "an answer that never ends",
      () => Promise.reject(new FetchRefusal("TIMEOUT", "idp.example did not answer in full within 10 s.")),
      "SAML_METADATA_UNREACHABLE",
    ],
  ])("%s", async (_, bad, code) => {
    const connection = await activate();
    await upkeep();
    const readAt = nowText();
    const running = start();
    await running(connection);

    answer = bad;
    house.advance(HOUR_SECONDS);
    const since = nowText();
    await upkeep();
    house.advance(15 * MINUTE_SECONDS);
    const [line] = await upkeep();
    expect(line).toMatchObject({ level: "warn", connectionId: connection.id, code, since });
    for (const replica of [running, start()]) {
      await replica(connection);
      await new Promise((resolve) => setImmediate(resolve));
      expect(await replica(connection)).toEqual([pem(first)]);
    }
    const failing = { since, code, message: expect.any(String), remedy: expect.any(String) };
    expect(await healthOf(connection)).toEqual({ providerReadAt: readAt, providerFailure: failing });
    const findings = await testConnection(services, OPERATOR, connection.id);
    expect(findings.find(({ level }) => level === "ERROR")).toMatchObject({
      message: expect.stringContaining(code === "SAML_PROVIDER_CHANGED" ? "https://evil.example" : `since ${since}`),
    });

    answer = publish(document(second));
    house.advance(HOUR_SECONDS);
    expect(await upkeep()).toMatchObject([{ level: "info", connectionId: connection.id, failedSince: since }]);
    expect(await healthOf(connection)).toEqual({ providerReadAt: nowText(), providerFailure: null });
    expect(await start()(connection)).toEqual([pem(second)]);
    expect(await readConnection(services, OPERATOR, connection.id)).toEqual(connection);
  });
});

test("a failing address is asked again after a quarter of an hour, and later once an hour", async () => {
  await activate();
  answer = publish("", 503);
  const asked: number[] = [];
  for (let minute = 0; minute < 6 * 60; minute++) {
    fetches = 0;
    await upkeep();
    if (fetches > 0) asked.push(minute);
    house.advance(MINUTE_SECONDS);
  }
  const pauses = asked.slice(1).map((minute, index) => minute - asked[index]!);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(13);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(60);
  expect(pauses.at(-1)).toBeGreaterThan(50);
});

describe("a document is read again", () => {
  const now = new Date("2026-11-30T12:00:00Z");
  const minutes = (cacheSeconds: number | null, validMinutes: number | null) => {
    const validUntil = validMinutes === null ? null : new Date(now.getTime() + validMinutes * 60_000);
    return (chooseNextReading({ cacheSeconds, validUntil }, now).getTime() - now.getTime()) / 60_000;
  };

  test("after an hour if the provider does not say when", () => {
    expect([minutes(null, null), minutes(null, 7 * 1_440)]).toEqual([60, 60]);
  });

  test("as its cacheDuration says, after an hour at least and a day at most", () => {
    expect([minutes(6 * 3_600, null), minutes(0, null), minutes(10 * 86_400, null)]).toEqual([360, 60, 1_440]);
  });

  test("before it ends, but not more often than every ten minutes", () => {
    expect([minutes(null, 60), minutes(86_400, 240), minutes(null, 1)]).toEqual([30, 120, 10]);
  });
});

describe("a worker that lost its lease while the provider was slow", () => {
  /** Lets a worker ask the provider until its lease has ended. Returns a function that delivers the provider's answer. */
  async function askSlowly(): Promise<(late: Response) => Promise<unknown>> {
    let arrive: (response: Response) => void = () => undefined;
    const arrival = new Promise<Response>((resolve) => (arrive = resolve));
    let begun: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    answer = () => {
      begun();
      return arrival;
    };
    const ended = upkeep();
    await beginning;
    house.advance(10 * MINUTE_SECONDS);
    return async (late) => {
      arrive(late);
      await ended;
    };
  }

  test("does not replace the newer document of its successor", async () => {
    const connection = await activate();
    const arrive = await askSlowly();
    answer = publish(document(second));
    await upkeep();
    await arrive(new Response(document(first)));
    expect(await start()(connection)).toEqual([pem(second)]);
  });

  test("does not report its failure over the success of its successor", async () => {
    const connection = await activate();
    const arrive = await askSlowly();
    answer = publish(document(second));
    await upkeep();
    await arrive(new Response("", { status: 503 }));
    expect(await healthOf(connection)).toEqual({ providerReadAt: nowText(), providerFailure: null });
  });

  test("does not store what it read from an address that an administrator has replaced", async () => {
    const connection = await activate();
    const arrive = await askSlowly();
    answer = publish(document(second));
    const settings = { saml: { metadataUrl: "https://idp.example/other" } };
    const changed = await updateConnection(services, OPERATOR, { id: connection.id, settings });
    await arrive(new Response(document(first)));
    expect(await healthOf(changed)).toEqual({ providerReadAt: null, providerFailure: null });
    expect(await start()(changed)).toEqual([pem(second)]);
  });
});

test("a failure of the old provider is forgotten when an administrator changes what is trusted", async () => {
  const connection = await activate();
  answer = publish("", 503);
  await upkeep();
  expect((await healthOf(connection)).providerFailure).not.toBeNull();
  await disableConnection(services, OPERATOR, connection.id);
  expect((await healthOf(connection)).providerFailure).toBeNull();
});

test("a stop of Usher ends a request under way, and is not a failure of the provider", async () => {
  const connection = await activate();
  const stopping = new AbortController();
  answer = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
      stopping.abort(new Error("Usher is stopping."));
    });
  expect(await upkeep(stopping.signal)).toEqual([]);
  expect((await healthOf(connection)).providerFailure).toBeNull();
  answer = publish(document(second));
  await upkeep();
  expect(await start()(connection)).toEqual([pem(second)]);
});
