/** Setting the mappings of a connection: storing, mistakes, permissions, and deleted groups and roles. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { GraphQLSchema } from "graphql";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import type { Permission } from "../../../src/access/permission.js";
import { findMappingsOf, findRoleMappingUses } from "../../../src/connection/mapping/mapping.repository.js";
import { compilePattern, writtenOutLength } from "../../../src/connection/mapping/pattern.js";
import { setGroupManagers } from "../../../src/people/group/group-managers.operations.js";
import { createGroup, deleteGroup } from "../../../src/people/group/group.operations.js";
import { createRole } from "../../../src/people/role/role.operations.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { findUndescribed } from "../../support/find-undescribed.js";
import {
  askSchema,
  buildConnectionSchema,
  draft,
  eventsOf,
  keyOfOrganization,
  openHouse,
  OPERATOR,
  type House,
} from "../support/house.js";

let house: House;
let schema: GraphQLSchema;
let connectionId: string;
let groupId: string;
let foreignGroupId: string;

beforeAll(async () => {
  house = await openHouse();
  const { services, organizationId, otherOrganizationId } = house;
  schema = buildConnectionSchema(services, { roles: [findRoleMappingUses] });
  groupId = (await createGroup(services, OPERATOR, { organizationId, name: "Engineers" })).id;
  foreignGroupId = (await createGroup(services, OPERATOR, { organizationId: otherOrganizationId, name: "Engineers" }))
    .id;
});
afterAll(() => house.close());
beforeEach(async () => {
  connectionId = (await draft(house)).id;
});

const ask = (source: string, variables: Record<string, unknown> = {}, caller: Caller = OPERATOR) =>
  askSchema(schema, source, variables, caller);

const RULE = "id position claim operator values ignoreCase";
const FIELDS = `id version attributeMappings { id position claim field }
  roleMappings { ${RULE} role { key } } groupMappings { ${RULE} group { id name } }`;
type Kind = "Attribute" | "Role" | "Group";

function set(kind: Kind, mappings: readonly object[], caller: Caller = OPERATOR, further: object = {}) {
  return ask(
    `mutation ($input: Set${kind}MappingsInput!) { set${kind}Mappings(input: $input) { connection { ${FIELDS} } } }`,
    { input: { connectionId, mappings, ...further } },
    caller,
  );
}

const read = async (caller: Caller = OPERATOR) =>
  ask(`query ($id: ID!) { connection(id: $id) { ${FIELDS} } }`, { id: connectionId }, caller);

const admins = { claim: "groups", operator: "EQUALS", value: "ITSM-Admins", roleKey: "ADMIN" };
const managers = { claim: "groups", operator: "ONE_OF", values: ["M1", "M2"], roleKey: "MANAGER", ignoreCase: true };

describe("setting mappings", () => {
  test("stores each list in its order, and shows it", async () => {
    const attributes = await set("Attribute", [
      { claim: "dept", field: "department" },
      { claim: "shirt", field: "custom.shirtSize" },
    ]);
    expect(attributes.messages).toEqual([]);
    await set("Role", [admins, managers]);
    const { data, messages } = await set("Group", [{ claim: "team", operator: "MATCHES", value: "eng-.*", groupId }]);
    expect(messages).toEqual([]);
    const id = expect.any(String);
    const expected = {
      id: connectionId,
      version: 4,
      attributeMappings: [
        { id, position: 1, claim: "dept", field: "department" },
        { id, position: 2, claim: "shirt", field: "custom.shirtSize" },
      ],
      roleMappings: [
        {
          id,
          position: 1,
          claim: "groups",
          operator: "EQUALS",
          values: ["ITSM-Admins"],
          ignoreCase: false,
          role: { key: "ADMIN" },
        },
        {
          id,
          position: 2,
          claim: "groups",
          operator: "ONE_OF",
          values: ["M1", "M2"],
          ignoreCase: true,
          role: { key: "MANAGER" },
        },
      ],
      groupMappings: [
        {
          id,
          position: 1,
          claim: "team",
          operator: "MATCHES",
          values: ["eng-.*"],
          ignoreCase: false,
          group: { id: groupId, name: "Engineers" },
        },
      ],
    };
    expect(data.setGroupMappings.connection).toEqual(expected);
    expect((await read()).data.connection).toEqual(expected);
  });

  test("takes every role key and every field", async () => {
    const { messages } = await ask(
      `mutation { setRoleMappings(input: { connectionId: "${connectionId}",
         mappings: [{ claim: "groups", operator: EQUALS, value: "ITSM-Admins", roleKey: ADMIN }] }) { connection { id } } }`,
    );
    expect(messages).toEqual([]);
    const fields = [
      "email",
      "employeeId",
      "phone",
      "jobTitle",
      "managerEmail",
      "costCenter",
      "timeZone",
      "custom.a-b_9",
    ];
    const all = await set(
      "Attribute",
      fields.map((field) => ({ claim: field, field })),
    );
    expect(all.messages).toEqual([]);
  });

  test("needs TRAINING_READ for mappings to a group that the caller manages, or to a manager's address", async () => {
    const { services, organizationId } = house;
    const eve = await createUser(services, OPERATOR, {
      organizationId,
      email: "eve@example.com",
      firstName: "Eve",
      lastName: "E",
    });
    const ofEve = (await createGroup(services, OPERATOR, { organizationId, name: "Eve's" })).id;
    await setGroupManagers(services, OPERATOR, { groupId: ofEve, userIds: [eve.id] });
    const eveWith = (...permissions: Permission[]): Caller => ({
      kind: "PERSON",
      userId: eve.id,
      sessionId: "session",
      organizationId,
      permissions: new Set([
        "MAPPINGS_WRITE",
        "MAPPINGS_READ",
        "CONNECTIONS_READ",
        "TEAM_TRAINING_READ",
        ...permissions,
      ]),
    });
    const group = (of: string) => ({ claim: "groups", operator: "EQUALS", value: "all", groupId: of });
    const widening = [
      ["Group", [group(groupId), group(ofEve)]],
      ["Attribute", [{ claim: "boss", field: "managerEmail" }]],
      ["Attribute", [{ claim: "address", field: "email" }]],
    ] as const;
    for (const [kind, mappings] of widening)
      expect([kind, (await set(kind, mappings, eveWith())).details]).toEqual([kind, { permission: "TRAINING_READ" }]);
    expect((await set("Group", [group(groupId)], eveWith())).codes).toEqual([]);
    expect((await set("Attribute", [{ claim: "dept", field: "department" }], eveWith())).codes).toEqual([]);
    for (const [kind, mappings] of widening) {
      expect((await set(kind, mappings, eveWith("TRAINING_READ"))).codes).toEqual([]);
      // Unchanged mappings need no permission.
      expect((await set(kind, mappings, eveWith())).codes).toEqual([]);
    }
  });

  test("takes a pattern of the greatest length", async () => {
    expect((await set("Role", [{ ...admins, operator: "MATCHES", value: "a{1000}" }])).codes).toEqual([]);
  });

  test("keeps the ids of unchanged mappings in any order, and gives changed ones a new id", async () => {
    const before = (await set("Role", [admins, managers])).data.setRoleMappings.connection.roleMappings;
    const after = (await set("Role", [managers, { ...admins, value: "Others" }, managers])).data.setRoleMappings
      .connection.roleMappings;
    expect(after[0]).toEqual({ ...before[1], position: 1 });
    const ids = [...before, ...after].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  test("raises the version, not the trust version, and appends an event and an audit entry", async () => {
    await set("Attribute", [{ claim: "dept", field: "department" }]);
    await set("Attribute", [{ claim: "unit", field: "department" }]);
    const row = await house.services.reader.row<{ version: number; trust_version: number }>(
      "SELECT version, trust_version FROM sso_connection WHERE id = ?",
      [connectionId],
    );
    expect(row).toEqual({ version: 3, trust_version: 1 });
    const events = await eventsOf(house, house.organizationId);
    expect(events.at(-1)).toMatchObject({
      type: "connection.updated",
      version: 3,
      data: {
        changed: {
          attributeMappings: {
            before: [{ claim: "dept", target: "department" }],
            after: [{ claim: "unit", target: "department" }],
          },
        },
        changedSettings: [],
      },
    });
    const audit = await house.services.reader.rows<{ before_value: string; after_value: string }>(
      "SELECT before_value, after_value FROM audit_entry WHERE subject_id = ? AND action = 'connection.updated' ORDER BY id",
      [connectionId],
    );
    expect(JSON.parse(audit[1]!.before_value)).toMatchObject({ version: 2, attributeMappings: [{ claim: "dept" }] });
    expect(JSON.parse(audit[1]!.after_value)).toMatchObject({ version: 3, attributeMappings: [{ claim: "unit" }] });
  });

  test("stores nothing and appends no event without a change", async () => {
    await set("Role", [admins]);
    const before = (await eventsOf(house, house.organizationId)).length;
    const { data } = await set("Role", [admins]);
    expect(data.setRoleMappings.connection.version).toBe(2);
    expect(await eventsOf(house, house.organizationId)).toHaveLength(before);
  });

  test("refuses an outdated version", async () => {
    await set("Role", [admins]);
    expect((await set("Role", [], OPERATOR, { expectedVersion: 1 })).codes).toEqual(["VERSION_CONFLICT"]);
    expect((await set("Role", [], OPERATOR, { expectedVersion: 2 })).messages).toEqual([]);
    expect((await read()).data.connection.roleMappings).toEqual([]);
  });
});

describe("a wrong input", () => {
  const rule = (changes: object) => ({ ...admins, ...changes });
  test.each<[string, Kind, () => object, { path: string; code: string }]>([
    [
      "an unknown field",
      "Attribute",
      () => ({ claim: "a", field: "salary" }),
      { path: "mappings.1.field", code: "UNKNOWN" },
    ],
    [
      "a custom field without a name",
      "Attribute",
      () => ({ claim: "a", field: "custom." }),
      { path: "mappings.1.field", code: "UNKNOWN" },
    ],
    [
      "an empty claim of an attribute",
      "Attribute",
      () => ({ claim: " ", field: "phone" }),
      { path: "mappings.1.claim", code: "REQUIRED" },
    ],
    ["an empty claim", "Role", () => rule({ claim: "" }), { path: "mappings.1.claim", code: "REQUIRED" }],
    [
      "a claim that is too long",
      "Role",
      () => rule({ claim: "c".repeat(501) }),
      { path: "mappings.1.claim", code: "INVALID" },
    ],
    ["an unknown role", "Role", () => rule({ roleKey: "NOBODY" }), { path: "mappings.1.roleKey", code: "UNKNOWN" }],
    ["no value", "Role", () => rule({ value: null }), { path: "mappings.1.value", code: "REQUIRED" }],
    ["an empty value", "Role", () => rule({ value: "  " }), { path: "mappings.1.value", code: "REQUIRED" }],
    [
      "a value that is too long",
      "Role",
      () => rule({ value: "v".repeat(1001) }),
      { path: "mappings.1.value", code: "INVALID" },
    ],
    ["value and values", "Role", () => rule({ values: ["a"] }), { path: "mappings.1.value", code: "INVALID" }],
    [
      "several values for EQUALS",
      "Role",
      () => rule({ value: null, values: ["a", "b"] }),
      { path: "mappings.1.values", code: "INVALID" },
    ],
    [
      "no values for ONE_OF",
      "Role",
      () => rule({ operator: "ONE_OF", value: null, values: [] }),
      { path: "mappings.1.values", code: "REQUIRED" },
    ],
    [
      "values that do not fit the column",
      "Role",
      () => rule({ operator: "ONE_OF", value: null, values: Array.from({ length: 100 }, () => "v".repeat(700)) }),
      { path: "mappings.1.values", code: "INVALID" },
    ],
    [
      "a broken pattern",
      "Role",
      () => rule({ operator: "MATCHES", value: "(unclosed" }),
      { path: "mappings.1.value", code: "INVALID" },
    ],
    [
      "a pattern that is not RE2 syntax",
      "Role",
      () => rule({ operator: "MATCHES", value: "(a)\\1" }),
      { path: "mappings.1.value", code: "INVALID" },
    ],
    [
      "a short pattern with many repetitions",
      "Role",
      () => rule({ operator: "MATCHES", value: `(?:${"a".repeat(500)}){900}` }),
      { path: "mappings", code: "INVALID" },
    ],
    [
      "a pattern that is one character too long",
      "Role",
      () => rule({ operator: "MATCHES", value: "a{1000}b" }),
      { path: "mappings", code: "INVALID" },
    ],
    [
      "a pattern among values that is too long",
      "Role",
      () => rule({ operator: "MATCHES", value: null, values: [`(?:${"a".repeat(500)}){900}`] }),
      { path: "mappings", code: "INVALID" },
    ],
    [
      "an unknown group",
      "Group",
      () => ({ claim: "g", operator: "EQUALS", value: "1", groupId: "nobody" }),
      { path: "mappings.1.groupId", code: "UNKNOWN" },
    ],
    [
      "a group of another organization",
      "Group",
      () => ({ claim: "g", operator: "EQUALS", value: "1", groupId: foreignGroupId }),
      { path: "mappings.1.groupId", code: "UNKNOWN" },
    ],
  ])("with %s is refused at its path, and nothing is stored", async (_name, kind, wrong, issue) => {
    const right = {
      Attribute: { claim: "dept", field: "department" },
      Role: admins,
      Group: { claim: "g", operator: "EQUALS", value: "1", groupId },
    }[kind];
    const { codes, details } = await set(kind, [right, wrong()]);
    expect(codes).toEqual(["INVALID_INPUT"]);
    expect(details.fields).toEqual([expect.objectContaining(issue)]);
    const { connection } = (await read()).data;
    expect([
      connection.version,
      connection.attributeMappings,
      connection.roleMappings,
      connection.groupMappings,
    ]).toEqual([1, [], [], []]);
  });

  test.each<Kind>(["Attribute", "Role", "Group"])("with too many %s mappings is refused at once", async (kind) => {
    const one = {
      Attribute: { claim: "", field: "nothing" },
      Role: admins,
      Group: { claim: "g", operator: "EQUALS", value: "1", groupId },
    }[kind];
    const { codes, details } = await set(
      kind,
      Array.from({ length: 201 }, () => one),
    );
    expect(codes).toEqual(["INVALID_INPUT"]);
    expect(details.fields).toEqual([{ path: "mappings", code: "INVALID", message: "must be at most 200" }]);
  });
});

describe("who may", () => {
  const keyWith = (...permissions: Permission[]) => keyOfOrganization(house.organizationId, ...permissions);
  const all: readonly [Kind, object][] = [
    ["Attribute", { claim: "dept", field: "department" }],
    ["Role", { ...admins, roleKey: "USER" }],
    ["Group", { claim: "g", operator: "EQUALS", value: "1" }],
  ];

  test("set mappings: callers with MAPPINGS_WRITE in the connection's organization", async () => {
    for (const [kind, mapping] of all) {
      const mappings = [kind === "Group" ? { ...mapping, groupId } : mapping];
      expect((await set(kind, mappings, keyWith("CONNECTIONS_WRITE", "MAPPINGS_READ"))).codes).toEqual(["FORBIDDEN"]);
      expect((await set(kind, mappings, ANONYMOUS)).codes).toEqual(["UNAUTHENTICATED"]);
      expect((await set(kind, mappings, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
      expect((await set(kind, mappings, keyWith("MAPPINGS_WRITE"))).codes).toEqual([]);
    }
  });

  test("see mappings: callers with MAPPINGS_READ or MAPPINGS_WRITE", async () => {
    await set("Role", [admins]);
    for (const permission of ["MAPPINGS_READ", "MAPPINGS_WRITE"] as const)
      expect((await read(keyWith("CONNECTIONS_READ", permission))).messages).toEqual([]);
    for (const field of ["attributeMappings { id }", "roleMappings { id }", "groupMappings { id }"]) {
      const query = `query ($id: ID!) { connection(id: $id) { ${field} } }`;
      const caller = keyWith("CONNECTIONS_READ", "GROUPS_READ");
      expect((await ask(query, { id: connectionId }, caller)).codes).toEqual(["FORBIDDEN"]);
    }
  });

  test("map to a role: only callers with every permission of the role", async () => {
    const { organizationId } = house;
    const mapper = keyWith("MAPPINGS_WRITE", "USERS_READ", "GROUPS_READ");
    expect((await set("Role", [admins], mapper)).codes).toEqual(["FORBIDDEN"]);
    expect((await set("Role", [managers], mapper)).codes).toEqual(["FORBIDDEN"]);
    expect((await read()).data.connection.roleMappings).toEqual([]);
    const readers = { organizationId, key: "READER", name: "Reader", rank: 120, permissions: ["USERS_READ"] as const };
    await createRole(house.services, OPERATOR, readers);
    expect((await set("Role", [{ ...managers, roleKey: "READER" }], mapper)).codes).toEqual([]);
  });

  test("keep a mapping to such a role: every caller, but they cannot change it or make it again", async () => {
    const mapper = keyWith("MAPPINGS_WRITE");
    await set("Role", [admins]);
    const users = { ...managers, roleKey: "USER" };
    expect((await set("Role", [users, admins], mapper)).codes).toEqual([]);
    expect((await set("Role", [users, { ...admins, value: "Everybody" }], mapper)).codes).toEqual(["FORBIDDEN"]);
    expect((await set("Role", [users, admins, admins], mapper)).codes).toEqual(["FORBIDDEN"]);
    expect((await set("Role", [users, { ...admins, ignoreCase: true }], mapper)).codes).toEqual(["FORBIDDEN"]);
    expect((await set("Role", [users], mapper)).codes).toEqual([]);
    expect((await set("Role", [users, admins], mapper)).codes).toEqual(["FORBIDDEN"]);
  });
});

describe("roles and groups of mappings", () => {
  test("a role that a mapping gives is not deleted", async () => {
    const { organizationId } = house;
    const role = await createRole(house.services, OPERATOR, {
      organizationId,
      key: "TRAINER",
      name: "Trainer",
      rank: 140,
      permissions: [],
    });
    await set("Role", [
      { ...admins, roleKey: "TRAINER" },
      { ...managers, roleKey: "TRAINER" },
    ]);
    const remove = () => ask(`mutation ($id: ID!) { deleteRole(id: $id) { role { key } } }`, { id: role.id });
    const refused = await remove();
    expect(refused.codes).toEqual(["ROLE_IN_USE"]);
    expect(refused.details.uses).toEqual([{ by: "ROLE_MAPPINGS", count: 2, ids: [connectionId] }]);
    await set("Role", []);
    expect((await remove()).messages).toEqual([]);
  });

  test("a mapping is deleted with its group", async () => {
    const { services, organizationId } = house;
    const going = await createGroup(services, OPERATOR, { organizationId, name: "Going" });
    const mapping = { claim: "g", operator: "EQUALS", value: "1" };
    await set("Group", [
      { ...mapping, groupId: going.id },
      { ...mapping, groupId },
    ]);
    await deleteGroup(services, OPERATOR, going.id);
    // A remaining rule would refuse people whose groups are unknown.
    expect((await findMappingsOf(services.reader, [connectionId])).get(connectionId)!.groups).toHaveLength(1);
    const { groupMappings } = (await read()).data.connection;
    expect(groupMappings.map(({ group }: { group: { id: string } }) => group.id)).toEqual([groupId]);
  });

  test("are read for all connections of an organization at once", async () => {
    for (let index = 0; index < 3; index += 1) {
      connectionId = (await draft(house)).id;
      await set("Role", [admins, managers]);
      await set("Group", [{ claim: "g", operator: "EQUALS", value: String(index), groupId }]);
    }
    const { services, organizationId } = house;
    const statements: string[] = [];
    const rows = services.reader.rows.bind(services.reader);
    const counted = Object.assign(Object.create(services.reader) as typeof services.reader, {
      rows: (sql: string, parameters: never) => {
        statements.push(sql);
        return rows(sql, parameters);
      },
    });
    const countedSchema = buildConnectionSchema({ ...services, reader: counted });
    const query = `query ($id: ID!) { organization(id: $id) { connections { ${FIELDS} } } }`;
    expect((await askSchema(countedSchema, query, { id: organizationId })).messages).toEqual([]);
    for (const read of ["FROM connection_mapping", "FROM user_group g WHERE g.id IN", "FROM role r"])
      expect(statements.filter((sql) => sql.includes(read))).toHaveLength(1);
  });

  test("are described in the schema", () => {
    expect(findUndescribed(schema)).toEqual([]);
  });
});

test("all patterns together have a greatest length, repetitions written out", async () => {
  const rules = (count: number) =>
    Array.from({ length: count }, () => ({ ...admins, operator: "MATCHES", value: "[0-9a-f]{900}" }));
  expect((await set("Role", rules(23))).details.fields).toMatchObject([
    { path: "mappings", message: expect.stringContaining("20000 characters") },
  ]);
  expect((await set("Role", rules(22))).codes).toEqual([]);
});

test.each([
  ["abc", 3],
  ["a{3}", 3],
  ["a{2,5}b{4,}", 9],
  ["(ab){3}", 9],
  ["((a{10}){10}b){2}", 224],
  ["[a-z{9}]{4}", 4],
  ["\\{9}", 3],
  ["(a", 2],
  ["a)", 2],
  ["^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}$", 34],
  ["(){3}", 3],
  ["((a)){3}", 9],
  ["(ab[])]c){3}", 15],
  ["(ab[^])]c){3}", 15],
  ["(ab[[:alpha:])]c){3}", 15],
  ["(ab[\\\n)]c){3}", 15],
  ["(ab\\Q)\\Ec){3}", 15],
  ["(ab)(?i){3}", 9],
  ["(ab)\\Q\\E{3}", 9],
  ["(ab)?(?i){3}", 12],
])("written out, the pattern %s is %i characters long", (pattern, length) => {
  expect(writtenOutLength(pattern)).toBe(length);
});

test("no pattern takes more steps than its length, repetitions written out", () => {
  const piece = fc.constantFrom(
    "a",
    "ab?",
    "(",
    "(?:",
    ")",
    "[",
    "]",
    "^",
    "[:alpha:]",
    "[])]",
    "[[:alpha:])]",
    `${"(".repeat(20)}${")".repeat(20)}`,
    "[]",
    "[^]",
    "\\Q",
    "\\E",
    "\\",
    "\\]",
    "\\)",
    "\\n",
    "\n",

    "(?i)",
    "(?-s)",
    "|",
    "*",
    "+",
    "?",
    "{3}",
    "{0,40}",
    "{40}",
    "{7,}",
    "{,9}",
    "\\pL",
    "\\x{41}",
    "-",
  );
  const group = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
  const pattern = fc
    .array(
      fc.oneof(
        group,
        fc.tuple(group, fc.constantFrom("", "(?i)", "\\Q\\E")).map(([text, then]) => `(?:aaaa${text}aaaa)${then}{40}`),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join(""));
  let sound = 0;
  fc.assert(
    fc.property(pattern, fc.boolean(), (text, ignoreCase) => {
      const compiled = compilePattern(text, ignoreCase);
      if (compiled === null) return;
      sound += 1;
      // RE2 takes at most three steps per character, plus a few.
      expect(compiled.programSize()).toBeLessThanOrEqual(3 * writtenOutLength(text) + 10);
    }),
    { numRuns: 3_000, seed: 10 },
  );
  expect(sound).toBeGreaterThan(300);
});
