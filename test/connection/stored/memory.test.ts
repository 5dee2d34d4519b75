/** The facts that a type keeps about its provider survive restarts, reach every replica, and do not change the version. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { LearnedFacts } from "../../../src/connection/contract/index.js";
import { createSamlConnectionType } from "../../../src/connection-types/saml/index.js";
import type { OpenedSaml } from "../../../src/connection-types/saml/open.js";
import { createOpenedConnections } from "../../../src/connection/opened-connections.js";
import type { ConnectionServices } from "../../../src/connection/services.js";
import { activateConnection, testConnection } from "../../../src/connection/stored/activation.js";
import {
  createConnection,
  deleteConnection,
  disableConnection,
  readConnection,
} from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { loadOpeningContext, openMemory } from "../../../src/connection/stored/opening-context.js";
import { createInlineValidator } from "../../../src/protocols/saml/validator.js";
import { createProviderKey, type ProviderKey } from "../../support/providers/saml/index.js";
import { writeProviderMetadata } from "../../support/providers/saml/metadata.js";
import type { Reader } from "../../../src/platform/database/database.js";
import { openHouse, OPERATOR, type House } from "../support/house.js";

const [first, second] = [createProviderKey(), createProviderKey()];
const IDP = "https://idp.example";
const HOUR_SECONDS = 3_600;
let house: House;
let services: ConnectionServices;
let answer: () => Response;
let fetches = 0;
beforeAll(async () => {
  // The type makes no keys here, because that takes time and these tests sign nothing.
  const { createKeys: _, ...type } = createSamlConnectionType(createInlineValidator);
  house = await openHouse([type]);
  const fetch = async () => {
    fetches++;
    return answer();
  };
  services = { ...house.services, runtime: { ...house.services.runtime, fetch } };
});
afterAll(() => house.close());
beforeEach(() => {
  answer = publish(IDP, first);
  fetches = 0;
});

const publish =
  (entityId: string, ...keys: readonly ProviderKey[]) =>
  () =>
    new Response(
      writeProviderMetadata({
        entityId,
        signOnUrl: "https://idp.example/sso",
        certificates: keys.map(({ base64 }) => base64),
        nameIdFormat: "x",
        wantsSignedRequests: false,
      }),
    );
const fail = () => new Response("", { status: 503 });

async function activate(): Promise<Connection> {
  const { id } = await createConnection(services, OPERATOR, {
    organizationId: house.organizationId,
    displayName: "Acme ID",
    settings: { saml: { metadataUrl: "https://idp.example/metadata" } },
  });
  return (await activateConnection(services, OPERATOR, id)).connection;
}

/** Starts a process: no connection is open, and all facts come from the database. */
function start(logDefect: (error: unknown) => void = rethrow) {
  const { registry, runtime } = services;
  const loadContext = (connection: Connection) => loadOpeningContext(services, connection, logDefect);
  const connections = createOpenedConnections({ registry, runtime, loadContext });
  return async (connection: Connection) => (await connections.open(connection)).opened as OpenedSaml;
}

function rethrow(error: unknown): never {
  throw error;
}

async function certificatesOf({ source }: OpenedSaml): Promise<readonly string[]> {
  return (await source.current()).certificates.map(({ pem }) => pem);
}
const pem = ({ certificate }: ProviderKey) => certificate.trimEnd();

describe("refreshed metadata", () => {
  test("is used after a restart while the address answers 503, instead of the activated settings", async () => {
    const connection = await activate();
    answer = publish(IDP, second);
    expect(await certificatesOf(await start()(connection))).toEqual([pem(second)]);
    answer = fail;
    house.advance(30 * 24 * HOUR_SECONDS);
    const restarted = start();
    expect(await certificatesOf(await restarted(connection))).toEqual([pem(second)]);
    // The same holds after an hour, and on a replica that never fetched the document.
    house.advance(HOUR_SECONDS + 1);
    expect(await certificatesOf(await restarted(connection))).toEqual([pem(second)]);
    expect(await certificatesOf(await start()(connection))).toEqual([pem(second)]);
  });

  test.each([
    ["a page that is not metadata", () => new Response("<html>")],
    ["the metadata of a different provider", publish("https://other.example", second)],
  ])("holds after a restart while the address answers with %s, as it does in a process that runs", async (_, wrong) => {
    const connection = await activate();
    const running = await start()(connection);
    answer = wrong;
    house.advance(HOUR_SECONDS + 1);
    expect(await certificatesOf(await start()(connection))).toEqual([pem(first)]);
    expect(await certificatesOf(running)).toEqual([pem(first)]);
  });

  test("is requested at a start if it is more than a day old", async () => {
    const connection = await activate();
    await start()(connection);
    fetches = 0;
    await start()(connection);
    expect(fetches).toBe(0);
    house.advance(25 * HOUR_SECONDS + 1);
    answer = publish(IDP, second);
    expect(await certificatesOf(await start()(connection))).toEqual([pem(second)]);
    expect(fetches).toBe(1);
  });

  test("does not raise the version, and a change of trust deletes it", async () => {
    const connection = await activate();
    answer = publish(IDP, second);
    await start()(connection);
    expect(await readConnection(services, OPERATOR, connection.id)).toEqual(connection);
    answer = publish(IDP, first);
    await disableConnection(services, OPERATOR, connection.id);
    const { connection: again } = await activateConnection(services, OPERATOR, connection.id);
    answer = fail;
    // These certificates come from the activation, because no facts were stored under the new trust version.
    expect(await certificatesOf(await start()(again))).toEqual([pem(first)]);
  });

  test("is used by the diagnosis while the address does not answer", async () => {
    const connection = await activate();
    await start()(connection);
    answer = fail;
    const findings = await testConnection(services, OPERATOR, connection.id);
    expect(findings.find(({ check }) => check === "METADATA_REACHABLE")).toMatchObject({
      level: "ERROR",
      message: expect.stringMatching(/status 503\. Sign-ins use the document of 2026-/),
    });
    expect(findings.find(({ check }) => check === "CERTIFICATES")).toMatchObject({ level: "OK" });
  });

  test("is not used to redirect people to a host that the operator has closed", async () => {
    const connection = await activate();
    await start()(connection);
    answer = fail;
    house.advance(HOUR_SECONDS + 1);
    const { registry, runtime } = services;
    const urls = { ...runtime.urls, browserUrl: () => "is not allowed" };
    const connections = createOpenedConnections({
      registry,
      runtime: { ...runtime, urls },
      loadContext: (each) => loadOpeningContext(services, each),
    });
    await expect(connections.open(connection)).rejects.toMatchObject({ code: "SAML_METADATA_UNREACHABLE" });
  });

  test("is checked like any input, and ignored if it is damaged", async () => {
    const connection = await activate();
    answer = fail;
    const whole: LearnedFacts = { entityId: IDP, signOnUrl: "https://idp.example/sso", certificates: [pem(second)] };
    const certificatesWith = async (changes: LearnedFacts) => {
      await (await openMemory(services, connection)).keep("provider", { ...whole, ...changes });
      house.advance(HOUR_SECONDS + 1);
      return await certificatesOf(await start()(connection));
    };
    expect(await certificatesWith({})).toEqual([pem(second)]);
    const damages: readonly LearnedFacts[] = [
      { entityId: [IDP] },
      { entityId: "https://other.example" },
      { signOnUrl: ["https://idp.example/sso"] },
      { signOnUrl: "sso" },
      { certificates: pem(second) },
      { certificates: ["rubbish"] },
      { certificates: [] },
    ];
    for (const damage of damages) expect([damage, await certificatesWith(damage)]).toEqual([damage, [pem(first)]]);
  });
});

describe("a memory", () => {
  const recall = async (connection: Connection, name = "a") =>
    (await openMemory(services, connection)).recall(name)?.facts ?? null;
  const keep = async (connection: Connection, name: string, facts: LearnedFacts) =>
    await (await openMemory(services, connection)).keep(name, facts);

  test("stores facts by name and by connection", async () => {
    const [one, other] = [await activate(), await activate()];
    await keep(one, "a", { x: "1", y: ["2", "3"] });
    await keep(one, "b", { x: "4" });
    await keep(one, "a", { x: "5" });
    expect([await recall(one), await recall(one, "b"), await recall(one, "toString")]).toEqual([
      { x: "5" },
      { x: "4" },
      null,
    ]);
    expect(await recall(other)).toBeNull();
  });

  test("ignores facts that are too long, and the old ones stay", async () => {
    const connection = await activate();
    await keep(connection, "a", { x: "1" });
    await keep(connection, "a", { x: "x".repeat(500_000) });
    expect(await recall(connection)).toEqual({ x: "1" });
  });

  test("ignores facts from a replica with an older trust version", async () => {
    const old = await activate();
    await disableConnection(services, OPERATOR, old.id);
    const { connection: present } = await activateConnection(services, OPERATOR, old.id);
    await keep(present, "a", { x: "present" });
    await keep(old, "a", { x: "old" });
    expect(await recall(present)).toEqual({ x: "present" });
    expect(await recall(old)).toBeNull();
  });

  test("that cannot be written logs a defect, and sign-ins go on", async () => {
    const connection = await activate();
    const broken: ConnectionServices = { ...services, begin: () => Promise.reject(new Error("disk full")) };
    const defects: unknown[] = [];
    await (await openMemory(broken, connection, (error) => defects.push(error))).keep("a", { x: "1" });
    expect(defects).toEqual([new Error("disk full")]);
  });

  test("answers with the facts that a different replica has stored since", async () => {
    const connection = await activate();
    const memory = await openMemory(services, connection);
    await keep(connection, "a", { x: "1" });
    expect(memory.recall("a")).toBeNull();
    expect((await memory.recallNow("a"))?.facts).toEqual({ x: "1" });
    await disableConnection(services, OPERATOR, connection.id);
    const present = await activateConnection(services, OPERATOR, connection.id).then((each) => each.connection);
    await keep(present, "a", { x: "2" });
    expect(await memory.recallNow("a")).toBeNull();
  });

  test("that cannot be read logs a defect, and sign-ins go on", async () => {
    const connection = await activate();
    const defects: unknown[] = [];
    let isBroken = false;
    const rows: Reader["rows"] = (sql, parameters) =>
      isBroken ? Promise.reject(new Error("no database")) : services.reader.rows(sql, parameters);
    const memory = await openMemory({ ...services, reader: { ...services.reader, rows } }, connection, (error) =>
      defects.push(error),
    );
    isBroken = true;
    expect(await memory.recallNow("a")).toBeNull();
    expect(defects).toEqual([new Error("no database")]);
  });

  test("does not replace facts by facts that were learned earlier, unless the stored time is in the future", async () => {
    const connection = await activate();
    const memory = await openMemory(services, connection);
    const at = (seconds: number) => new Date(services.runtime.clock().getTime() + seconds * 1_000);
    await memory.keep("a", { x: "later" }, at(-10));
    await memory.keep("a", { x: "earlier" }, at(-20));
    expect(await recall(connection)).toEqual({ x: "later" });
    await memory.keep("a", { x: "wrong clock" }, at(86_400));
    await memory.keep("a", { x: "present" });
    expect(await recall(connection)).toEqual({ x: "present" });
  });

  test("is deleted with its connection", async () => {
    const connection = await activate();
    await keep(connection, "a", { x: "1" });
    await deleteConnection(services, OPERATOR, connection.id);
    await keep(connection, "a", { x: "2" });
    expect(await recall(connection)).toBeNull();
  });
});
