/** Many connections in one organization cost no further statements. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSamlConnectionType } from "../../src/connection-types/saml/index.js";
import { createOpenedConnections } from "../../src/connection/opened-connections.js";
import { activateConnection } from "../../src/connection/stored/activation.js";
import { createConnection } from "../../src/connection/stored/connection.operations.js";
import { loadOpeningContext } from "../../src/connection/stored/opening-context.js";
import { countQueries } from "../../src/platform/database/query-count.js";
import { createInlineValidator } from "../../src/protocols/saml/validator.js";
import { start } from "../../src/sign-in/pipeline.js";
import type { SignInServices } from "../../src/sign-in/services.js";
import { copyConnections } from "../connection/support/copy-connections.js";
import { askSchema, buildConnectionSchema, openHouse, OPERATOR, type House } from "../connection/support/house.js";
import { createProviderKey } from "../support/providers/saml/index.js";
import { writeProviderMetadata } from "../support/providers/saml/metadata.js";

let house: House;
let connectionId: string;
beforeAll(async () => {
  // The type makes no keys here, because that takes time and these tests sign nothing.
  const { createKeys: _, ...type } = createSamlConnectionType(createInlineValidator);
  house = await openHouse([type]);
  const metadataXml = writeProviderMetadata({
    entityId: "https://idp.example",
    signOnUrl: "https://idp.example/sso",
    certificates: [createProviderKey().base64],
    nameIdFormat: "x",
    wantsSignedRequests: false,
  });
  const { organizationId, services } = house;
  const input = { organizationId, displayName: "Acme ID", settings: { saml: { metadataXml } } };
  connectionId = (await createConnection(services, OPERATOR, input)).id;
  await activateConnection(services, OPERATOR, connectionId);
});
afterAll(() => house.close());

/** The services of a process in which no connection is open yet. */
function signInServices(): SignInServices {
  const { services } = house;
  const { registry, runtime } = services;
  const notUsed = () => {
    throw new Error("These tests sign nobody in through the operator's app.");
  };
  return {
    store: services,
    clock: runtime.clock,
    keyRing: runtime.keyRing,
    registry,
    open: createOpenedConnections({
      registry,
      runtime,
      loadContext: (connection) => loadOpeningContext(services, connection),
    }).open,
    openApp: notUsed,
    appRuntime: notUsed,
    returnRules: { publicUrl: runtime.publicUrl, prefixes: [] },
    destinations: [],
    operatorContact: null,
    reference: () => "REFERENCE1",
    logDefect: (error) => {
      throw error;
    },
  };
}

async function countAll(): Promise<Readonly<Record<string, number>>> {
  const browser = { client: { address: null, userAgent: null }, browserTokens: null, sessionToken: null };
  const request = { connectionId, returnTo: undefined, loginHint: null, chooseAccount: false };
  const services = signInServices();
  const begin = async () => expect(await start(services, browser, request)).toMatchObject({ kind: "sent-to-provider" });
  const list = async () => {
    const { codes, data } = await askSchema(
      buildConnectionSchema(house.services),
      `query ($id: ID!) { organization(id: $id) { connections { id settings { ... on SamlSettings { entityId } }
         health { lastFailureCode providerReadAt findings { check } } } } }`,
      { id: house.organizationId },
    );
    expect(codes).toEqual([]);
    expect(data.organization.connections.length).toBeGreaterThan(0);
  };
  const count = async (work: () => Promise<unknown>) => (await countQueries(work)).statements.length;
  return { first: await count(begin), next: await count(begin), list: await count(list) };
}

test("starting a sign-in and listing connections cost as many statements with 500 connections as with one", async () => {
  const alone = await countAll();
  await copyConnections(house, connectionId, 499);
  expect(await countAll()).toEqual(alone);
});
