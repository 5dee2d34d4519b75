/** A failing connection: what counts, one event and one mail to each administrator in each spell, and what ends it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import type { Fault } from "../../../src/connection/contract/index.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import { deleteConnection, disableConnection } from "../../../src/connection/stored/connection.operations.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import {
  findHealthOfConnections,
  notePersonRefused,
  noteSignInFailed,
  noteSignInSucceeded,
} from "../../../src/connection/stored/connection-health.repository.js";
import { announceFailing } from "../../../src/connection/watch/announce-failing.js";
import { noteUpkeepFailed, noteUpkeepSucceeded } from "../../../src/connection/watch/note-upkeep.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { OIDC_REFUSALS } from "../../../src/protocols/oidc/refusals.js";
import { SAML_REFUSALS } from "../../../src/protocols/saml/refusals.js";
import type { RefusalText } from "../../../src/protocols/refusal.js";
import { draft, eventsOf, openHouse, OPERATOR, type House } from "../support/house.js";

const CODE = "MADE_UP_UNREACHABLE";
let house: House;
let connection: Connection;
let earlier: number;

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
  const { id } = await draft(house);
  ({ connection } = await activateConnection(house.services, OPERATOR, id));
  earlier = (await eventsOf(house, house.organizationId)).length;
});

const inUnit = <Value>(work: (unit: UnitOfWork) => Promise<Value>) =>
  house.services.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, work);
const parts = () => ({
  store: house.services,
  registry: house.services.registry,
  publicUrl: "https://usher.example.com",
});

/** Fails as a sign-in does. */
async function fail(times = 1, fault: Fault | null = "PROVIDER", code = CODE): Promise<void> {
  for (let index = 0; index < times; index++)
    if (await inUnit((unit) => noteSignInFailed(unit, connection.id, code, fault)))
      await announceFailing(parts(), connection, code);
}
const succeed = () => inUnit((unit) => noteSignInSucceeded(unit, connection.id));
const announced = async () =>
  (await eventsOf(house, house.organizationId))
    .slice(earlier)
    .filter(({ type }) => type === "connection.failing")
    .map(({ data }) => data.failing);
const mails = () =>
  house.services.reader.rows<{ recipient: string; template: string; subject: string; body: string }>(
    "SELECT recipient, template, subject, body FROM mail_message ORDER BY created_at, recipient",
  );
const health = async () => (await findHealthOfConnections(house.services.reader, [connection.id])).get(connection.id);

describe("sign-ins that fail because of the provider or the settings", () => {
  test("are announced at the third in a row, once, with one mail to each administrator", async () => {
    await fail(2);
    expect([await announced(), (await health())?.failingSince]).toEqual([[], null]);
    await fail(10);
    const since = (await health())?.failingSince;
    expect(await announced()).toEqual([{ part: "SIGN_INS", code: CODE, since: since?.toISOString() }]);
    const sent = await mails();
    expect(sent.map(({ recipient }) => recipient)).toEqual(["ada@acme.test", "ben@acme.test"]);
    expect(sent[0]?.subject).toBe('Sign-ins through "Acme ID" fail (Acme)');
    for (const part of [CODE, "Look at its address.", connection.id, "https://usher.example.com/graphql"])
      expect(sent[0]?.body).toContain(part);
    expect(await health()).toMatchObject({ failingCode: CODE });
  });

  test("are no longer failing after a success, and announced again in the next spell", async () => {
    await fail(3);
    await succeed();
    expect(await health()).toMatchObject({ failingSince: null, failingCode: null });
    await fail(2);
    await succeed();
    await fail(2);
    expect(await announced()).toHaveLength(1);
    await fail(1);
    expect(await announced()).toHaveLength(2);
  });

  test("end with a person whom the provider verified, although that person is refused", async () => {
    await fail(2);
    await inUnit((unit) => notePersonRefused(unit, connection.id, "NO_ROLE"));
    await fail(2);
    expect([await announced(), (await health())?.lastFailureCode]).toEqual([[], CODE]);
  });

  test("are announced once by replicas that fail at the same time", async () => {
    await fail(2);
    const failures = Array.from({ length: 4 }, () =>
      inUnit((unit) => noteSignInFailed(unit, connection.id, CODE, "PROVIDER")),
    );
    expect(await Promise.all(failures)).toEqual([true, true, true, true]);
    await Promise.all(failures.map(() => announceFailing(parts(), connection, CODE)));
    expect(await announced()).toHaveLength(1);
    expect(await mails()).toHaveLength(2);
  });

  test("are not announced if a person signs in before the announcement", async () => {
    await fail(2);
    await inUnit((unit) => noteSignInFailed(unit, connection.id, CODE, "PROVIDER"));
    await succeed();
    await announceFailing(parts(), connection, CODE);
    expect(await announced()).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["disabled", () => disableConnection(house.services, OPERATOR, connection.id)],
    ["deleted", () => deleteConnection(house.services, OPERATOR, connection.id)],
  ])("are not announced of a connection that is %s", async (_, end) => {
    await inUnit((unit) =>
      unit.execute("UPDATE connection_health SET failures = 9 WHERE connection_id = ?", [connection.id]),
    );
    await end();
    await announceFailing(parts(), connection, CODE);
    expect([await announced(), await mails()]).toEqual([[], []]);
  });

  test("are forgotten when an administrator activates the connection again", async () => {
    await fail(3);
    await disableConnection(house.services, OPERATOR, connection.id);
    ({ connection } = await activateConnection(house.services, OPERATOR, connection.id));
    expect(await health()).toMatchObject({ failingSince: null });
    await fail(3);
    expect(await announced()).toHaveLength(2);
  });
});

describe("failures that a forged message can cause", () => {
  test("never count within an hour, however many", async () => {
    await fail(50, "DOUBTFUL");
    house.advance(3_599);
    await fail(50, "DOUBTFUL");
    expect([await announced(), await mails()]).toEqual([[], []]);
    house.advance(1);
    await fail(1, "DOUBTFUL");
    expect(await announced()).toHaveLength(1);
  });

  test("never count while people sign in", async () => {
    for (let hour = 0; hour < 5; hour++) {
      await fail(20, "DOUBTFUL");
      house.advance(3_500);
      await succeed();
      house.advance(3_500);
    }
    expect(await announced()).toEqual([]);
  });

  test("do not count together with failures that only the provider or the settings can cause", async () => {
    await fail(2, "PROVIDER");
    await fail(4, "DOUBTFUL");
    house.advance(7_200);
    expect(await announced()).toEqual([]);
  });
});

test("a failure that says nothing about the connection never counts", async () => {
  await fail(20, null);
  house.advance(7_200);
  await fail(20, null);
  expect([await announced(), (await health())?.lastFailureCode]).toEqual([[], CODE]);
});

test("a refusal that anybody can cause has no fault, and no refusal of one person has one", () => {
  const texts: [string, RefusalText][] = Object.entries({ ...OIDC_REFUSALS, ...SAML_REFUSALS });
  expect(texts.filter(([, { causedByAnybody, fault }]) => causedByAnybody && fault !== undefined)).toEqual([]);
  const personal = texts.filter(([code]) =>
    /CANCELLED|DENIED|NOT_ASSIGNED|FOREIGN|POLICY|EMAIL|SUBJECT|TOO_LONG|TOO_LARGE|REPLAY|_USED/.test(code),
  );
  expect(personal.length).toBeGreaterThan(10);
  expect(personal.filter(([, { fault }]) => fault !== undefined)).toEqual([]);
  // A message without the provider's signature is refused with one of these.
  for (const code of ["SAML_BAD_SIGNATURE", "SAML_UNSIGNED", "SAML_WRONG_ISSUER", "SAML_WEAK_ALGORITHM"] as const)
    expect(SAML_REFUSALS[code]).toMatchObject({ fault: "DOUBTFUL" });
});

describe("upkeep that fails", () => {
  const turn = () => ({ services: house.services, connection, isMine: async () => true });

  test("is announced at the third in a row, and a sign-in does not end it", async () => {
    for (let index = 0; index < 5; index++) {
      await noteUpkeepFailed(turn(), CODE);
      await succeed();
    }
    expect(await announced()).toMatchObject([{ part: "UPKEEP", code: CODE }]);
    expect((await mails())[0]?.subject).toBe('The metadata of "Acme ID" cannot be read (Acme)');
    expect((await health())?.failingSince).not.toBeNull();
    await noteUpkeepSucceeded(turn());
    expect((await health())?.failingSince).toBeNull();
  });

  test("is counted only by the worker that has the lease", async () => {
    for (let index = 0; index < 5; index++) await noteUpkeepFailed({ ...turn(), isMine: async () => false }, CODE);
    expect(await announced()).toEqual([]);
  });

  test("ends without ending a spell of failing sign-ins", async () => {
    await fail(3);
    await noteUpkeepFailed(turn(), CODE);
    await noteUpkeepSucceeded(turn());
    expect((await health())?.failingSince).not.toBeNull();
    expect(await announced()).toHaveLength(1);
  });
});
