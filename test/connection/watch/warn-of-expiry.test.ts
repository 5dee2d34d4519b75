/** Warnings of what expires: one event and one mail to each administrator, whatever replicas and restarts do. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { saml } from "../../../src/connection-types/saml/index.js";
import { oidc } from "../../../src/connection-types/oidc/index.js";
import { createRegistry } from "../../../src/connection/registry.js";
import { openMemory } from "../../../src/connection/stored/opening-context.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import { findHealthOfConnections } from "../../../src/connection/stored/connection-health.repository.js";
import {
  createConnection,
  deleteConnection,
  disableConnection,
} from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { updateConnection } from "../../../src/connection/stored/update-connection.js";
import { runUpkeep } from "../../../src/connection/upkeep/run-upkeep.js";
import { WARN_OF_EXPIRY } from "../../../src/connection/watch/warn-of-expiry.js";
import type { ConnectionServices } from "../../../src/connection/services.js";
import { createOrganization } from "../../../src/people/organization/organization.operations.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { parseCertificate } from "../../../src/protocols/saml/certificates.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { createCertifiedKey } from "../../../src/protocols/saml/self-signed-certificate.js";
import { eventsOf, failureOf, openHouse, OPERATOR, START, type House } from "../support/house.js";

const DAY_SECONDS = 86_400;
const never = new AbortController().signal;
const logger = createLogger({ level: "silent", pretty: false });
let house: House;
let services: ConnectionServices;
let organizationId: string;
let number = 0;
/** The days since the start of the tests. The clock never goes back. */
let today = 0;

beforeAll(async () => {
  house = await openHouse();
  // The diagnosis asks the provider, which these tests do not have.
  const types = [oidc, saml].map((type) => ({ ...type, diagnose: async () => [], importMetadata: async () => ({}) }));
  services = { ...house.services, registry: createRegistry(types) };
});
afterAll(() => house.close());
beforeEach(async () => {
  number += 1;
  await house.database.transact((transaction) => transaction.execute("DELETE FROM mail_message"));
  await house.database.transact((transaction) => transaction.execute("DELETE FROM sso_connection"));
  ({ id: organizationId } = await createOrganization(services, OPERATOR, { name: "Acme", slug: `expiry-${number}` }));
  for (const name of ["ada", "ben", "cid"])
    await createUser(services, OPERATOR, {
      organizationId,
      email: `${name}@acme-${number}.test`,
      firstName: name,
      lastName: "Tester",
      authMethod: "SSO",
      roleKeys: name === "cid" ? ["USER"] : ["ADMIN"],
    });
});

const inDays = (days: number) => new Date(START.getTime() + (today + days) * DAY_SECONDS * 1000);
const wait = (days: number) => {
  today += days;
  house.advance(days * DAY_SECONDS);
};

async function active(settings: object): Promise<Connection> {
  const input = { organizationId, displayName: "Acme ID", settings: { ...settings } };
  const { id } = await createConnection(services, OPERATOR, input);
  return (await activateConnection(services, OPERATOR, id)).connection;
}

const withSecret = (days: number) =>
  active({
    oidc: {
      discoveryUrl: "https://id.example.com",
      clientId: "usher",
      clientSecret: "a-secret-value",
      clientSecretExpiresAt: inDays(days).toISOString(),
    },
  });

const turn = () => runUpkeep({ services, steps: [WARN_OF_EXPIRY], logger }, never);
const warnings = async () =>
  (await eventsOf(house, organizationId))
    .filter(({ type }) => type === "connection.expiring")
    .map(({ data }) => data.expiring);
const mails = () =>
  services.reader.rows<{ recipient: string; template: string; subject: string; body: string; organization_id: string }>(
    "SELECT recipient, template, subject, body, organization_id FROM mail_message ORDER BY created_at, recipient",
  );

describe("a client secret", () => {
  test("is warned of at each threshold once, with one mail to each administrator", async () => {
    const { id } = await withSecret(61);
    for (let day = 0; day < 62; day++) {
      await turn();
      wait(1);
    }
    expect((await warnings()).map(({ daysBefore }) => daysBefore)).toEqual([60, 30, 7, 1]);
    const sent = await mails();
    expect(sent.map(({ recipient }) => recipient.split("@")[0])).toEqual(Array(4).fill(["ada", "ben"]).flat());
    expect(sent[0]).toMatchObject({ template: "connection-expiring", organization_id: organizationId });
    expect(sent[0]?.subject).toMatch(/^The client secret of "Acme ID" expires on \d+ \w+ \d{4} \(Acme\)$/);
    for (const part of ["updateConnection", "clientSecretExpiresAt", "https://usher.example.com/graphql", id])
      expect(sent[0]?.body).toContain(part);
    expect(JSON.stringify([sent, await eventsOf(house, organizationId)])).not.toContain("a-secret-value");
  });

  test("is warned of once by replicas that look at the same time", async () => {
    await withSecret(20);
    await Promise.all([turn(), turn(), turn()]);
    // A change schedules the connection anew, while a worker may still have it.
    await turn();
    expect(await warnings()).toHaveLength(1);
    expect(await mails()).toHaveLength(2);
  });

  test("is warned of only at the nearest threshold after a time in which no process ran", async () => {
    await withSecret(90);
    await turn();
    wait(85);
    await turn();
    await turn();
    expect((await warnings()).map(({ daysBefore }) => daysBefore)).toEqual([7]);
  });

  test("starts afresh when it is replaced, and a new one without a date is not watched", async () => {
    const { id } = await withSecret(20);
    await turn();
    const replace = async (oidcSettings: object) => {
      await updateConnection(services, OPERATOR, { id, settings: { oidc: { ...oidcSettings } } });
      wait(0.01);
      await turn();
    };
    await replace({ clientSecret: "another-secret" });
    expect((await findHealthOfConnections(services.reader, [id])).get(id)?.expirations).toEqual([]);
    expect(await warnings()).toHaveLength(1);
    await replace({ clientSecret: "a-third", clientSecretExpiresAt: inDays(6).toISOString() });
    expect((await warnings()).map(({ daysBefore }) => daysBefore)).toEqual([30, 7]);
    expect((await findHealthOfConnections(services.reader, [id])).get(id)?.expirations).toMatchObject([
      { kind: "CLIENT_SECRET", name: "clientSecret" },
    ]);
  });

  test.each(["31 May 2027", "2027-02-31", "2027-05-31T12:00", "2027-13-01T00:00:00Z", "tomorrow"])(
    "refuses an invalid date: %s",
    async (clientSecretExpiresAt) => {
      const { id } = await withSecret(90);
      const change = updateConnection(services, OPERATOR, { id, settings: { oidc: { clientSecretExpiresAt } } });
      expect((await failureOf(change)).details.fields).toMatchObject([
        { path: "settings.oidc.clientSecretExpiresAt", code: "INVALID" },
      ]);
    },
  );

  test.each([
    ["2027-05-31", "2027-05-31T00:00:00.000Z"],
    ["2027-05-31T12:00:00+02:00", "2027-05-31T10:00:00.000Z"],
    ["2028-02-29T23:59Z", "2028-02-29T23:59:00.000Z"],
  ])("takes a date, or a time with its offset: %s", async (given, kept) => {
    const { id } = await withSecret(90);
    const change = { id, settings: { oidc: { clientSecretExpiresAt: given } } };
    expect((await updateConnection(services, OPERATOR, change)).settings).toMatchObject({
      clientSecretExpiresAt: kept,
    });
  });
});

describe("a connection that is not active", () => {
  test.each<[string, (id: string) => Promise<unknown>]>([
    ["disabled", (id) => disableConnection(services, OPERATOR, id)],
    ["deleted", (id) => deleteConnection(services, OPERATOR, id)],
  ])("sends nothing, not even from a worker that has begun: %s", async (_, end) => {
    const connection = await withSecret(20);
    const turnOf = { services, connection, logger, signal: never, isMine: async () => true };
    await end(connection.id);
    await WARN_OF_EXPIRY.run(turnOf);
    wait(15);
    await turn();
    expect([await warnings(), await mails()]).toEqual([[], []]);
  });

  test("sends nothing as a draft", async () => {
    const oidcSettings = {
      discoveryUrl: "https://id.example.com",
      clientSecret: "x",
      clientSecretExpiresAt: inDays(5).toISOString(),
    };
    await createConnection(services, OPERATOR, {
      organizationId,
      displayName: "Acme ID",
      settings: { oidc: oidcSettings },
    });
    await turn();
    expect(await warnings()).toEqual([]);
  });
});

describe("a signing certificate", () => {
  const PROVIDER = { entityId: "https://idp.example", signOnUrl: "https://idp.example/sso" };
  const make = async () => {
    const { certificate } = await createCertifiedKey("idp.example", new Date());
    const parsed = parseCertificate(certificate);
    if ("issue" in parsed) throw new Error(parsed.issue);
    return parsed.value;
  };
  const daysUntil = (date: Date) => Math.ceil((date.getTime() - inDays(0).getTime()) / (DAY_SECONDS * 1000));

  test("is named by its fingerprint and date, each of several once, whether pasted or from metadata", async () => {
    const [pasted, published] = [await make(), await make()];
    const { id } = await active({ saml: { ...PROVIDER, certificates: [pasted.pem] } });
    const other = await active({ saml: { metadataUrl: "https://idp.example/metadata" } });
    const memory = await openMemory(services, other);
    await memory.keep("provider", { ...PROVIDER, certificates: [published.pem] });
    wait(daysUntil(pasted.expiresAt) - 25);
    await turn();
    const sent = await warnings();
    expect(new Set(sent.map(({ name }) => name))).toEqual(new Set([pasted.fingerprint, published.fingerprint]));
    expect(sent[0]).toMatchObject({ kind: "CERTIFICATE", daysBefore: 30 });
    const bodies = (await mails()).map(({ body }) => body);
    expect(bodies.filter((body) => body.includes(pasted.fingerprint) && body.includes(id))).toHaveLength(2);
    expect(bodies).toHaveLength(4);

    const added = await make();
    await updateConnection(services, OPERATOR, { id, settings: { saml: { certificates: [pasted.pem, added.pem] } } });
    await turn();
    expect((await warnings()).slice(2).map(({ name }) => name)).toEqual([added.fingerprint]);
  });
});
