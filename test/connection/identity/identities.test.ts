/** Identities: finding, linking and deleting them. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { identityKey } from "../../../src/connection/identity/identity.js";
import {
  findIdentitiesByEmail,
  findIdentitiesOfUsers,
  findLinks,
  insertIdentity,
  noteIdentitySignIn,
} from "../../../src/connection/identity/identity.repository.js";
import type { Connection } from "../../../src/connection/stored/connection.js";
import { deleteConnection } from "../../../src/connection/stored/connection.operations.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { createAccount } from "../../../src/people/user/user.changes.js";
import { draft, openHouse, OPERATOR, type House } from "../support/house.js";

let house: House;
let connection: Connection;
beforeAll(async () => {
  house = await openHouse();
  connection = await draft(house);
});
afterAll(() => house.close());

const inUnit = <T>(work: (unit: UnitOfWork) => Promise<T>) =>
  house.services.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, work);

const person = async (email: string) => {
  const { user } = await inUnit((unit) =>
    createAccount(
      unit,
      { id: house.organizationId, name: "Acme", policies: DEFAULT_ORGANIZATION_POLICIES },
      {
        given: { source: "API", sourceId: null, values: { email, firstName: "A", lastName: "B" } },
        authMethod: "SSO",
        status: "ACTIVE",
        roles: [],
        roleSource: "DEFAULT",
      },
    ),
  );
  return user;
};

const link = (userId: string, subject: string, connectionId = connection.id, issuer = "https://id.example.com") =>
  inUnit((unit) => insertIdentity(unit, { connectionId, userId, issuer, subject, emailKey: "a@acme.test" }));

describe("the key of an identity", () => {
  test("differs for different people", () => {
    const keys = [
      ["c", "i", "s"],
      ["c", "i", "s "],
      ["c", "i", "S"],
      ["c", "is", ""],
      ["ci", "", "s"],
      ["c", 'i","s', ""],
      ["c", "i", "\u00e9"],
      ["c", "i", "e\u0301"],
    ].map(([c = "", i = "", s = ""]) => identityKey(c, i, s));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
  });
});

describe("identities", () => {
  test("are found by exact comparison, even if the collation treats texts as equal", async () => {
    const user = await person("a@acme.test");
    await link(user.id, "Sub");
    const find = async (subject: string, issuer = "https://id.example.com", connectionId = connection.id) =>
      (await findLinks(house.services.reader, connectionId, issuer, subject)).own;
    expect(await find("Sub")).toMatchObject({ userId: user.id, subject: "Sub", lastSignedInAt: null });
    for (const other of ["sub", "Sub ", "S\u00fcb"]) expect(await find(other)).toBeNull();
    expect(await find("Sub", "https://id.example.com/")).toBeNull();
    const sibling = await draft(house);
    expect(await find("Sub", "https://id.example.com", sibling.id)).toBeNull();
    expect(await link(user.id, "sub")).toMatchObject({ subject: "sub" });
  });

  test("a second link of the same person is refused as taken, and writes nothing", async () => {
    const [one, two] = [await person("b@acme.test"), await person("c@acme.test")];
    await link(one.id, "twice");
    expect(await link(two.id, "twice")).toBe("TAKEN");
    const links = await findLinks(house.services.reader, connection.id, "https://id.example.com", "twice");
    expect(links.own?.userId).toBe(one.id);
  });

  test("two first sign-ins at once make one link", async () => {
    const user = await person("d@acme.test");
    const both = await Promise.all([link(user.id, "race"), link(user.id, "race")]);
    expect(both.filter((each) => each === "TAKEN")).toHaveLength(1);
  });

  test("store the time and the address of the last sign-in", async () => {
    const user = await person("e@acme.test");
    const identity = await link(user.id, "e");
    if (identity === "TAKEN") throw new Error("taken");
    const sent = { emailKey: "new@acme.test", emailVerified: false };
    await inUnit((unit) => noteIdentitySignIn(unit, identity.id, sent, { subject: "e" }));
    expect(await findIdentitiesByEmail(house.services.reader, connection.id, "new@acme.test")).toMatchObject([
      { id: identity.id, emailVerified: false, lastSignedInAt: expect.any(Date) },
    ]);
  });

  test("of users are read in the scope of the connection's organization", async () => {
    const user = await person("f@acme.test");
    await link(user.id, "f1");
    await link(user.id, "f2");
    const { reader } = house.services;
    const found = await findIdentitiesOfUsers(reader, house.organizationId, [user.id, "nobody"]);
    expect(found.get(user.id)?.map(({ subject }) => subject)).toEqual(["f1", "f2"]);
    expect(found.get("nobody")).toEqual([]);
    expect((await findIdentitiesOfUsers(reader, house.otherOrganizationId, [user.id])).get(user.id)).toEqual([]);
    expect((await findIdentitiesOfUsers(reader, null, [user.id])).get(user.id)).toHaveLength(2);
  });

  test("are deleted with their connection; the user stays", async () => {
    const user = await person("g@acme.test");
    const doomed = await draft(house);
    await link(user.id, "g", doomed.id);
    await deleteConnection(house.services, OPERATOR, doomed.id);
    expect((await findIdentitiesOfUsers(house.services.reader, null, [user.id])).get(user.id)).toEqual([]);
    const row = await house.services.reader.row("SELECT id FROM app_user WHERE id = ?", [user.id]);
    expect(row).toBeDefined();
  });
});
