/** Drift from the kept sign-ins: one event for each claim, one mail to each administrator, whatever replicas do. */
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import type { NormalizedProfile } from "../../../src/connection/contract/index.js";
import { setAttributeMappings } from "../../../src/connection/mapping/mapping.operations.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import { deleteConnection, disableConnection } from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { readConnection } from "../../../src/connection/stored/connection.operations.js";
import { runUpkeep } from "../../../src/connection/upkeep/run-upkeep.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { beginAttempt, recordAttempt } from "../../../src/sign-in/attempt/attempt.js";
import { keepEvidence } from "../../../src/sign-in/attempt/evidence.js";
import { WATCH_DRIFT } from "../../../src/sign-in/drift/watch-drift.js";
import { draft, eventsOf, openHouse, OPERATOR, type House } from "../../connection/support/house.js";

const never = new AbortController().signal;
const logger = createLogger({ level: "silent", pretty: false });
let house: House;
let connection: Connection;
let earlier: number;
let attempts = 0;

beforeAll(async () => {
  house = await openHouse();
  for (const [name, roleKey] of [
    ["ada", "ADMIN"],
    ["ben", "ADMIN"],
    ["cid", "USER"],
  ] as const)
    await createUser(house.services, OPERATOR, {
      organizationId: house.organizationId,
      email: `${name}@acme.test`,
      firstName: name,
      lastName: "Tester",
      authMethod: "SSO",
      roleKeys: [roleKey],
    });
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.database.transact((transaction) => transaction.execute("DELETE FROM mail_message"));
  await house.database.transact((transaction) => transaction.execute("DELETE FROM sso_connection"));
  const { id } = await draft(house);
  await activateConnection(house.services, OPERATOR, id);
  await setAttributeMappings(house.services, OPERATOR, {
    connectionId: id,
    mappings: [
      { claim: "dept", field: "department" },
      { claim: "cost", field: "costCenter" },
    ],
  });
  connection = await readConnection(house.services, OPERATOR, id);
  earlier = (await eventsOf(house, house.organizationId)).length;
});

/** Keeps a sign-in of a person with these claims. */
async function signIn(subject: string, attributes: NormalizedProfile["attributes"]): Promise<void> {
  house.advance(1);
  attempts += 1;
  const profile: NormalizedProfile = {
    issuer: "https://id.example.com",
    subject,
    email: `${subject}@acme.test`,
    emailVerified: true,
    username: null,
    firstName: "Secret",
    lastName: "Person",
    fullName: null,
    employeeId: null,
    groups: { kind: "silent" },
    groupsClaims: [],
    profile: {},
    attributes,
    authenticationMethods: [],
  };
  const { id, organizationId } = connection;
  const client = { address: "192.0.2.1", userAgent: null };
  const begun = beginAttempt({ reference: `DRIFT${attempts}`, organizationId, connectionId: id, client });
  await house.services.begin(SYSTEM, { kind: "SIGN_IN", actor: id }, async (unit) => {
    const attempt = { ...begun, profile };
    await recordAttempt(unit, attempt, { outcome: "SUCCEEDED", detail: null, userId: null });
    await keepEvidence(unit, house.services.runtime.keyRing, attempt, null, null);
  });
}
async function peopleSignIn(count: number, name: string, attributes: NormalizedProfile["attributes"]): Promise<void> {
  for (let index = 0; index < count; index++) await signIn(`${name}-${index}`, attributes);
}
const BOTH = { dept: ["Research"], cost: ["4711"] };

async function turn(): Promise<void> {
  house.advance(2 * 3_600);
  const parts = { services: house.services, steps: [WATCH_DRIFT], logger };
  await Promise.all([runUpkeep(parts, never), runUpkeep(parts, never)]);
}
const drifted = async () =>
  (await eventsOf(house, house.organizationId))
    .slice(earlier)
    .filter(({ type }) => type === "connection.drifted")
    .map(({ data }) => data.drifted.name);
const mails = () =>
  house.services.reader.rows<{ recipient: string; subject: string; body: string }>(
    "SELECT recipient, subject, body FROM mail_message ORDER BY recipient",
  );

test("claims that are gone are announced once each, with one mail about all of them to each administrator", async () => {
  await peopleSignIn(5, "with", BOTH);
  await turn();
  await peopleSignIn(3, "without", {});
  await turn();
  await turn();
  expect(new Set(await drifted())).toEqual(new Set(["cost", "dept"]));
  expect(await drifted()).toHaveLength(2);
  const sent = await mails();
  expect(sent.map(({ recipient }) => recipient)).toEqual(["ada@acme.test", "ben@acme.test"]);
  expect(sent[0]?.subject).toBe('Claims no longer arrive through "Acme ID" (Acme)');
  for (const part of ["- the claim dept", "- the claim cost", connection.id, "/graphql"])
    expect(sent[0]?.body).toContain(part);
});

test("a claim that came back is announced again when it goes again", async () => {
  await peopleSignIn(5, "with", BOTH);
  await peopleSignIn(3, "without", { cost: ["4711"] });
  await turn();
  expect(await drifted()).toEqual(["dept"]);
  await peopleSignIn(5, "with", BOTH);
  await peopleSignIn(3, "without", BOTH);
  await turn();
  await peopleSignIn(3, "without", { cost: ["4711"] });
  await turn();
  expect(await drifted()).toEqual(["dept", "dept"]);
});

test("one person who signs in again and again without a claim is no drift", async () => {
  await peopleSignIn(5, "with", BOTH);
  for (let time = 0; time < 6; time++) {
    await peopleSignIn(1, "without", {});
    await turn();
  }
  expect([await drifted(), await mails()]).toEqual([[], []]);
});

test.each<[string, () => Promise<unknown>]>([
  ["disabled", () => disableConnection(house.services, OPERATOR, connection.id)],
  ["deleted", () => deleteConnection(house.services, OPERATOR, connection.id)],
])("a connection that is %s announces nothing, not even from a worker that has begun", async (_, end) => {
  await peopleSignIn(5, "with", BOTH);
  await peopleSignIn(3, "without", {});
  const begun = { services: house.services, connection, logger, signal: never, isMine: async () => true };
  await end();
  await WATCH_DRIFT.run(begun);
  await turn();
  expect([await drifted(), await mails()]).toEqual([[], []]);
});

test("the row of health, the events and the mails say nothing about people", async () => {
  await peopleSignIn(5, "with", BOTH);
  await peopleSignIn(3, "without", {});
  await turn();
  const rows = await house.services.reader.rows("SELECT claims FROM connection_health WHERE connection_id = ?", [
    connection.id,
  ]);
  const events = (await eventsOf(house, house.organizationId)).slice(earlier);
  const told = JSON.stringify([rows, events, (await mails()).map(({ body }) => body)]);
  expect(told).toContain("dept");
  for (const secret of ["Research", "4711", "Secret", "with-0", "without-0"]) expect(told).not.toContain(secret);
});
