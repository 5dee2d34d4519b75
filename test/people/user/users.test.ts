/** Users: making, changing and reading them, by operation and by GraphQL. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { createUser, readUser, updateUser } from "../../../src/people/user/user.operations.js";
import { noteSignIn } from "../../../src/people/user/user.repository.js";
import { Failure } from "../../../src/platform/errors/failure.js";
import {
  codeOf,
  countRows,
  keyOf,
  makeOrganization,
  makeUser,
  useHouse,
  OPERATOR,
  personIn,
} from "../../support/house.js";

const house = useHouse();
const { eventsOf, auditOf } = house;

const CREATE = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { id email firstName lastName fullName username employeeId status authMethod
    lastSignedInAt version role { key } roles { key name rank permissions } organization { slug } } } }`;

async function signIn(userId: string) {
  await house.inUnit((unit) => noteSignIn(unit, userId));
}

describe("createUser", () => {
  test("makes an account with the default role, its event and its audit entry", async () => {
    const { id: organizationId, slug } = await makeOrganization(house);
    const { data, codes } = await house.ask(keyOf(organizationId, "USERS_WRITE"), CREATE, {
      input: { organizationId, email: " Ada@Example.com ", firstName: "Ada", lastName: "Lovelace", authMethod: "SSO" },
    });
    expect(codes).toEqual([]);
    expect(data.createUser.user).toMatchObject({
      email: "Ada@Example.com",
      fullName: "Ada Lovelace",
      username: null,
      status: "ACTIVE",
      authMethod: "SSO",
      lastSignedInAt: null,
      version: 1,
      role: { key: "USER" },
      roles: [{ key: "USER", name: "User", rank: 100, permissions: [] }],
      organization: { slug },
    });
    const events = await eventsOf(data.createUser.user.id);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "user.created", causeKind: "API_KEY" });
    expect(events[0]!.data.user).toMatchObject({ email: "Ada@Example.com", roles: ["USER"] });
    expect(await auditOf(data.createUser.user.id)).toEqual([
      { action: "user.created", before: null, after: expect.objectContaining({ roles: ["USER"] }) },
    ]);
  });

  test("names every mistake of an input at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const work = makeUser(house, organizationId, { email: "nobody", firstName: " ", lastName: "x".repeat(201) });
    await expect(work).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: {
        fields: [
          { path: "email", code: "INVALID" },
          { path: "firstName", code: "REQUIRED" },
          { path: "lastName", code: "INVALID" },
        ],
      },
    });
  });

  test("takes the longest names that fit, also when folding makes them longer", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId, { firstName: "İ".repeat(200), lastName: "Z".repeat(200) });
    expect(user.fullName).toHaveLength(400);
  });

  test("refuses a second prepared account under one address of one organization, whatever the case", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: other } = await makeOrganization(house);
    const first = await makeUser(house, organizationId);
    expect(await codeOf(makeUser(house, organizationId, { email: "ADA@example.com" }))).toBe("EMAIL_TAKEN");
    expect(await codeOf(makeUser(house, other))).toBe("NONE");
    // Once its person has signed in, the identity decides, and the next account with the address can wait.
    await signIn(first.id);
    expect(await codeOf(makeUser(house, organizationId))).toBe("NONE");
  });

  test("makes one prepared account of many that are asked for at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(makeUser(house, organizationId))));
    expect(codes.toSorted()).toEqual([...Array<string>(7).fill("EMAIL_TAKEN"), "NONE"]);
  });

  test("lets one of many organizations have a password account under one address", async () => {
    const organizations = await Promise.all(Array.from({ length: 6 }, () => makeOrganization(house)));
    const email = "race@example.com";
    const codes = await Promise.all(
      organizations.map(({ id }) => codeOf(makeUser(house, id, { email, authMethod: "PASSWORD" }))),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(5).fill("EMAIL_TAKEN"), "NONE"]);
    // An SSO account may have an address that another account has.
    expect(await codeOf(makeUser(house, organizations[0]!.id, { email }))).toBe("NONE");
  });

  test("tells the operator alone that an address lies in another organization", async () => {
    const { id: here } = await makeOrganization(house);
    const { id: there } = await makeOrganization(house);
    await makeUser(house, there, { email: "shared@example.com", authMethod: "PASSWORD" });
    await makeUser(house, here, { email: "own@example.com", authMethod: "PASSWORD" });
    const refuse = async (caller: typeof OPERATOR, email: string) => {
      const person = { organizationId: here, email, firstName: "A", lastName: "B", authMethod: "PASSWORD" as const };
      const error = await createUser(house.store, caller, person).catch((caught: unknown) => caught);
      if (!(error instanceof Failure)) throw new Error("the address was not refused");
      return { message: error.message.replace(email, "EMAIL"), details: error.details as object };
    };
    const key = keyOf(here, "USERS_WRITE");
    const elsewhere = await refuse(key, "shared@example.com");
    const inside = await refuse(key, "own@example.com");
    expect(elsewhere.message).toBe(inside.message);
    expect(elsewhere.details).toEqual({ email: "shared@example.com", organizationId: null });
    expect((await refuse(OPERATOR, "shared@example.com")).details).toMatchObject({ organizationId: there });
  });

  test("gives no role that grants what the caller does not hold, and makes nothing", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const before = await countRows(house, "app_user");
    const input = { organizationId, email: "e@example.com", firstName: "E", lastName: "E" };
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["ADMIN"] }))).toBe("FORBIDDEN");
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["USER", "MANAGER"] }))).toBe("FORBIDDEN");
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["NOBODY"] }))).toBe("INVALID_INPUT");
    expect(await countRows(house, "app_user")).toBe(before);
    expect(await codeOf(createUser(house.store, key, { ...input, roleKeys: ["USER"] }))).toBe("NONE");
  });

  test("writes nothing at all when the unit fails at its end", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const tables = ["app_user", "membership", "membership_role", "event", "audit_entry"];
    const before = await Promise.all(tables.map((table) => countRows(house, table)));
    const failing: typeof house.store = {
      reader: house.store.reader,
      begin: (caller, cause, work) =>
        house.store.begin(caller, cause, async (unit) => {
          await work(unit);
          throw new Error("the power went out");
        }),
    };
    const person = { organizationId, email: "x@example.com", firstName: "X", lastName: "Y" };
    await expect(createUser(failing, OPERATOR, person)).rejects.toThrow("the power went out");
    expect(await Promise.all(tables.map((table) => countRows(house, table)))).toEqual(before);
  });
});

describe("updateUser", () => {
  const UPDATE = `mutation ($input: UpdateUserInput!) {
    updateUser(input: $input) { user { id email firstName fullName username employeeId version roles { key } } } }`;

  test("changes what is named, keeps what is absent, clears what is null, and tells it once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId, { username: "ada", employeeId: "4711" });
    const caller = personIn(organizationId, "administrator");
    const { data, codes } = await house.ask(caller, UPDATE, {
      input: { id: user.id, expectedVersion: 1, firstName: "Augusta", employeeId: null, roleKeys: ["MANAGER", "USER"] },
    });
    expect(codes).toEqual([]);
    expect(data.updateUser.user).toEqual({
      id: user.id,
      email: "ada@example.com",
      firstName: "Augusta",
      fullName: "Augusta Lovelace",
      username: "ada",
      employeeId: null,
      version: 2,
      roles: [{ key: "MANAGER" }, { key: "USER" }],
    });
    const [, updated, rolesChanged, ...others] = await eventsOf(user.id);
    expect(others).toEqual([]);
    expect(rolesChanged).toMatchObject({ type: "user.role_changed", causeKind: "ADMINISTRATOR" });
    expect(rolesChanged!.data.changed).toEqual({
      roles: { before: ["USER"], after: ["MANAGER", "USER"] },
    });
    expect(updated).toMatchObject({ type: "user.updated", causeKind: "ADMINISTRATOR" });
    expect(updated!.data.changed).toEqual({
      firstName: { before: "Ada", after: "Augusta" },
      fullName: { before: "Ada Lovelace", after: "Augusta Lovelace" },
      employeeId: { before: "4711", after: null },
    });
    expect((await auditOf(user.id)).slice(1)).toEqual([
      {
        action: "user.updated",
        before: expect.objectContaining({ firstName: "Ada", employeeId: "4711" }),
        after: expect.objectContaining({ firstName: "Augusta", employeeId: null }),
      },
      { action: "user.role_changed", before: { roles: ["USER"] }, after: { roles: ["MANAGER", "USER"] } },
    ]);
  });

  test("a change that changes nothing leaves version, log and audit as they are", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const after = await updateUser(house.store, OPERATOR, { id: user.id, firstName: "Ada", roleKeys: ["USER"] });
    expect(after.version).toBe(1);
    expect(await eventsOf(user.id)).toHaveLength(1);
    expect(await auditOf(user.id)).toHaveLength(1);
  });

  test("refuses a version that is no longer there", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const change = (firstName: string) =>
      codeOf(updateUser(house.store, OPERATOR, { id: user.id, expectedVersion: 1, firstName }));
    expect((await Promise.all([change("One"), change("Two"), change("Three")])).toSorted()).toEqual([
      "NONE",
      "VERSION_CONFLICT",
      "VERSION_CONFLICT",
    ]);
  });

  test("refuses an address that another account needs", async () => {
    const { id: organizationId } = await makeOrganization(house);
    await makeUser(house, organizationId, { email: "one@example.com" });
    const two = await makeUser(house, organizationId, { email: "two@example.com" });
    const login = await makeUser(house, organizationId, { email: "login@example.com", authMethod: "PASSWORD" });
    const other = await makeUser(house, organizationId, { email: "other@example.com", authMethod: "PASSWORD" });
    const move = (id: string, email: string) => codeOf(updateUser(house.store, OPERATOR, { id, email }));
    expect(await move(two.id, "ONE@example.com")).toBe("EMAIL_TAKEN");
    expect(await move(two.id, "TWO@example.com")).toBe("NONE");
    expect(await move(other.id, "Login@example.com")).toBe("EMAIL_TAKEN");
    expect(await move(login.id, "LOGIN@example.com")).toBe("NONE");
    await signIn(two.id);
    expect(await move(two.id, "one@example.com")).toBe("NONE");
  });

  test("of the address is told by itself too, unless only the case of letters differs", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId, { email: "before@example.com" });
    await updateUser(house.store, OPERATOR, { id, email: "Before@example.com" });
    await updateUser(house.store, OPERATOR, { id, email: "after@example.com", firstName: "Augusta" });
    const [, , updated, changed, ...others] = (await eventsOf(id)).map(({ type, data }) => ({
      type,
      changed: data.changed,
    }));
    const email = { before: "Before@example.com", after: "after@example.com" };
    expect(updated).toMatchObject({ type: "user.updated", changed: { email, firstName: { after: "Augusta" } } });
    expect(changed).toEqual({ type: "user.email_changed", changed: { email } });
    expect(others).toEqual([]);
  });

  test("gives nobody a role that grants more than the caller holds", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    const code = await codeOf(updateUser(house.store, key, { id: user.id, roleKeys: ["ADMIN"] }));
    expect(code).toBe("FORBIDDEN");
    expect(await eventsOf(user.id)).toHaveLength(1);
  });

  test("hands an account that may do more than the caller to nobody else", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const boss = await makeUser(house, organizationId, { roleKeys: ["ADMIN"] });
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    for (const change of [{ email: "thief@example.com" }, { username: "thief" }, { employeeId: "666" }])
      expect(await codeOf(updateUser(house.store, key, { id: boss.id, ...change }))).toBe("FORBIDDEN");
    expect(await codeOf(updateUser(house.store, key, { id: boss.id, lastName: "King" }))).toBe("NONE");
  });

  test("keeps the last active administrator, also when two are demoted at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const one = await makeUser(house, organizationId, { email: "one@example.com", roleKeys: ["ADMIN"] });
    const two = await makeUser(house, organizationId, { email: "two@example.com", roleKeys: ["ADMIN"] });
    const demote = (id: string) => codeOf(updateUser(house.store, OPERATOR, { id, roleKeys: ["USER"] }));
    expect((await Promise.all([demote(one.id), demote(two.id)])).toSorted()).toEqual(["LAST_ADMINISTRATOR", "NONE"]);
  });

  test("asks for at least one role", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    expect(await codeOf(updateUser(house.store, OPERATOR, { id: user.id, roleKeys: [] }))).toBe("INVALID_INPUT");
  });
});

describe("scope", () => {
  test("another organization's callers neither see nor change a user", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const user = await makeUser(house, organizationId);
    const foreigner = personIn(elsewhere, "administrator");
    const person = { organizationId, email: "new@example.com", firstName: "N", lastName: "N" };
    expect(await codeOf(readUser(house.store, foreigner, user.id))).toBe("NOT_FOUND");
    expect(await codeOf(updateUser(house.store, foreigner, { id: user.id, firstName: "Eve" }))).toBe("NOT_FOUND");
    expect(await codeOf(createUser(house.store, foreigner, person))).toBe("NOT_FOUND");
    expect(await codeOf(readUser(house.store, ANONYMOUS, user.id))).toBe("UNAUTHENTICATED");
    const plain = personIn(organizationId, "plain", []);
    expect(await codeOf(readUser(house.store, plain, user.id))).toBe("FORBIDDEN");
    expect(await codeOf(updateUser(house.store, plain, { id: user.id, firstName: "Eve" }))).toBe("FORBIDDEN");
    expect(await codeOf(createUser(house.store, plain, person))).toBe("FORBIDDEN");
    expect(await eventsOf(user.id)).toHaveLength(1);
    expect((await readUser(house.store, OPERATOR, user.id)).firstName).toBe("Ada");
  });

  test("a member from another organization shows the roles here, and neither the home nor a way to change it", async () => {
    const { id: home } = await makeOrganization(house);
    const { id: here } = await makeOrganization(house);
    const user = await makeUser(house, home, { roleKeys: ["MANAGER"] });
    await house.inUnit(async (unit) => {
      await unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        here,
        user.id,
        unit.now,
      ]);
    });
    const document = `query ($id: ID!) { user(id: $id) { role { key } roles { key } organization { id } } }`;
    const host = personIn(here, "administrator");
    const seen = await house.ask(host, document, { id: user.id });
    expect(seen).toEqual({ data: { user: { role: null, roles: [], organization: null } }, codes: [], details: [] });
    expect(await codeOf(updateUser(house.store, host, { id: user.id, firstName: "Eve" }))).toBe("FORBIDDEN");
    const atHome = await house.ask(personIn(home, "administrator"), document, { id: user.id });
    expect(atHome.data.user).toEqual({
      role: { key: "MANAGER" },
      roles: [{ key: "MANAGER" }],
      organization: { id: home },
    });
    const byOperator = await house.ask(OPERATOR, document, { id: user.id });
    expect(byOperator.data).toEqual(atHome.data);
  });

  test("the organization's default role cannot become one that grants more than the caller holds", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const key = keyOf(organizationId, "ORGANIZATION_WRITE");
    const set = (caller: typeof key, defaultRole: string) =>
      codeOf(updateOrganization(house.store, caller, organizationId, { policies: { defaultRole } }));
    expect(await set(key, "ADMIN")).toBe("FORBIDDEN");
    expect(await set(OPERATOR, "MANAGER")).toBe("NONE");
    // The policy gives the default role; whoever adds people need not hold what it grants.
    const adder = keyOf(organizationId, "USERS_WRITE");
    const person = { organizationId, email: "m@example.com", firstName: "M", lastName: "M" };
    const { id } = await createUser(house.store, adder, person);
    expect((await eventsOf(id))[0]!.data.user.roles).toEqual(["MANAGER"]);
  });
});
