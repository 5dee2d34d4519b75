/**
 * Sends every query and mutation of the schema as callers who may use it and as callers who may not. The second kind is
 * refused and changes nothing. A field that is missing in the table fails here.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
} from "graphql";
import { ALL_PERMISSIONS, type Permission } from "../../src/access/permission.js";
import { describeSchema } from "../../src/app/describe-schema.js";
import { emitSchema } from "../../src/platform/graphql/schema.js";
import { readDatabaseImage, WRITTEN_BY_UPKEEP } from "../support/database-image.js";
import { OPERATOR_KEY, type Answer } from "../support/usher.js";
import { makeWorld } from "./authorization/by-id.js";
import { openHouse, type House, type Caller } from "./authorization/callers.js";
import type { Entry } from "./authorization/entry.js";
import {
  USER_FIELDS,
  findUserFields,
  findUser,
  makeGuest,
  SEEN_OF_GUESTS,
  selectUser,
  fieldsWithValue,
  WITHHELD,
  type Guest,
} from "./authorization/guests.js";
import { findShown, INNER_FIELDS, HIDDEN_FIELDS } from "./authorization/inner-fields.js";
import { NODES } from "./authorization/nodes.js";
import { MUTATIONS, QUERIES } from "./authorization/table.js";
import { makeEverything, makeForeigner, makeMember } from "./authorization/things.js";
import {
  collect,
  documentOf,
  documentOfNodes,
  findTypesOfMutations,
  findWays,
  wayOfNodes,
  type Found,
  type Way,
} from "./authorization/ways.js";

/** The schema of the code, not the committed file, because the code is what Usher serves. */
const schema = buildSchema(emitSchema(describeSchema()));

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => {
  await house.close();
});

const REFUSED = /^(FORBIDDEN|NOT_FOUND)$/;
/** Tables that the workers of webhooks and mail write at any time. */
const BACKGROUND = /^(webhook_(cursor|attempt|retry|redelivery)|mail_message)$/;
/** All permissions except one, and except the permission to write the same data, because it includes reading. */
const allBut = (needed: Permission) =>
  ALL_PERMISSIONS.filter((each) => each !== needed && each !== needed.replace(/_READ$/, "_WRITE"));

type Rule = Pick<Entry, "needs" | "or" | "ofOneself">;

/** Callers who succeed. The first has only the needed permissions. */
async function listAllowed({ needs, or, ofOneself }: Rule): Promise<readonly Caller[]> {
  const { operator, operatorPerson, homeAdministrator, homeUser, otherKey, anonymous } = house;
  if (needs === "OPERATOR") return [operator, operatorPerson];
  if (needs === "SELF") return [await house.guest()];
  const insiders = [homeAdministrator, operator];
  if (needs === "MEMBERSHIP") return [homeUser, await house.homeKey(["WEBHOOKS_WRITE"]), ...insiders];
  if (needs === "SIGN_IN") return [homeUser, otherKey, ...insiders];
  if (needs === "NOTHING") return [anonymous, homeUser, otherKey, ...insiders];
  const keys = [await house.homeKey(needs), ...(or === undefined ? [] : [await house.homeKey([or])])];
  return [...keys, ...(ofOneself ? [homeUser] : []), ...insiders];
}

/** Callers who are refused, each for a different reason. */
async function listRefused({ needs, or, ofOneself }: Rule): Promise<readonly Caller[]> {
  const { homeAdministrator, homeUser, otherKey, otherAdministrator, anonymous } = house;
  const outsiders = [otherKey, otherAdministrator, anonymous];
  if (needs === "NOTHING") return [];
  if (needs === "SIGN_IN") return [anonymous];
  if (needs === "MEMBERSHIP") return outsiders;
  if (needs === "SELF") return [otherKey, anonymous, await house.homeKey(ALL_PERMISSIONS)];
  if (needs === "OPERATOR") return [...outsiders, homeAdministrator, homeUser, await house.homeKey(ALL_PERMISSIONS)];
  return [...outsiders, ...(ofOneself ? [] : [homeUser]), ...(await listLacking(needs, or))];
}

/** Keys of the organization. Each has all permissions except a needed one. */
async function listLacking(needs: readonly Permission[], or?: Permission): Promise<readonly Caller[]> {
  return await Promise.all(needs.map((needed) => house.homeKey(allBut(needed).filter((each) => each !== or))));
}

/** The results of a mutation of many objects. Empty for all other fields. */
function resultsOf(value: unknown): readonly { readonly ok: boolean; readonly code: string | null }[] {
  return (value as { results?: { ok: boolean; code: string | null }[] } | null)?.results ?? [];
}

/** Expects one error, with the code for this caller, and no data. */
function expectRefusal(caller: Caller, name: string, { data, errors }: Answer): void {
  const value = (data as Record<string, unknown> | null)?.[name] ?? null;
  const results = resultsOf(value);
  const codes = [...(errors ?? []).map(({ extensions: { code } }) => code), ...results.map(({ code }) => code)];
  const expected = caller === house.anonymous ? /^UNAUTHENTICATED$/ : REFUSED;
  expect({ caller: caller.name, codes, leaks: value !== null && results.length === 0 }).toEqual({
    caller: caller.name,
    codes: [expect.stringMatching(expected)],
    leaks: false,
  });
}

/** Expects the same answer as for an id that does not exist. */
function expectNull(caller: Caller, name: string, answer: Answer): void {
  expect({ caller: caller.name, ...answer }).toEqual({ caller: caller.name, data: { [name]: null } });
}

function expectSuccess(caller: Caller, name: string, { data, errors }: Answer): void {
  const value = (data as Record<string, unknown> | null)?.[name];
  expect({ caller: caller.name, errors, value, results: resultsOf(value) }).toEqual({
    caller: caller.name,
    errors: undefined,
    value: name === "node" || (caller === house.anonymous && name === "viewer") ? null : expect.anything(),
    results: resultsOf(value).map(() => ({ ok: true, code: null })),
  });
}

/** Expects that allowed callers succeed, that the others are refused, and that the refused requests change no table. */
async function walk(kind: "query" | "mutation", name: string, entry: Entry): Promise<void> {
  const document = `${kind}${entry.declare === undefined ? "" : ` (${entry.declare})`} { ${name}${entry.use} }`;
  const make = async () => (await entry.make?.(house)) ?? {};
  const allowed = await listAllowed(entry);
  for (const caller of allowed.slice(0, -1))
    expectSuccess(caller, name, await house.send(caller, document, await make()));

  const variables = await make();
  const refused = await listRefused(entry);
  const before = await readHouseImage();
  for (const caller of refused) {
    const isElsewhere = caller === house.otherKey || caller === house.otherAdministrator;
    const expectNothing = entry.nullElsewhere === true && isElsewhere ? expectNull : expectRefusal;
    expectNothing(caller, name, await house.send(caller, document, variables));
  }
  expect(await readHouseImage()).toEqual(before);
  // The same request succeeds for an allowed caller, so the caller was the only reason for the refusals.
  const [last] = allowed.slice(-1);
  expectSuccess(last!, name, await house.send(last!, document, variables));
}

/** The content of all tables that only requests change. */
async function readHouseImage(): Promise<object> {
  const image = await readDatabaseImage(house.usher.databaseUrl, WRITTEN_BY_UPKEEP);
  return Object.fromEntries(Object.entries(image).filter(([table]) => !BACKGROUND.test(table)));
}

const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.keys(type?.getFields() ?? {}).toSorted();

describe("every query", () => {
  it("is in the table, and nothing else is", () => {
    expect(Object.keys(QUERIES).toSorted()).toEqual(fieldsOf(schema.getQueryType()));
  });

  it.each(Object.entries(QUERIES))("%s answers only callers who may see it", async (name, entry) => {
    await walk("query", name, entry);
  });
});

describe("every type of node", () => {
  const NODE = "query ($id: ID!) { node(id: $id) { __typename id } }";

  it("is in the table, and nothing else is", () => {
    const types = schema.getPossibleTypes(schema.getType("Node") as GraphQLInterfaceType);
    expect(types.map(({ name }) => name).toSorted()).toEqual(Object.keys(NODES).toSorted());
  });

  it.each(Object.entries(NODES))("%s is null for callers who may not see it", async (type, entry) => {
    const id = await entry.make(house);
    for (const caller of await listAllowed(entry))
      expect([caller.name, await house.send(caller, NODE, { id })]).toEqual([
        caller.name,
        { data: { node: { __typename: type, id } } },
      ]);
    for (const caller of await listRefused(entry)) {
      const answer = await house.send(caller, NODE, { id });
      if (caller === house.anonymous) expectRefusal(caller, "node", answer);
      else expectNull(caller, "node", answer);
    }
  });

  it("is found among others in the order of the request, and too many ids are refused", async () => {
    const NODES_BY_ID = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    const made: (readonly [string, string])[] = [];
    for (const [type, { make }] of Object.entries(NODES)) made.push([type, await make(house)]);
    const ids = ["unknown", ...made.map(([, id]) => id), made[0]![1]];
    const things = made.map(([type, id]) => ({ __typename: type, id }));
    const ask = async (all: readonly string[]) => await house.send(house.operator, NODES_BY_ID, { ids: all });
    expect(await ask(ids)).toEqual({ data: { nodes: [null, ...things, things[0]] } });
    const { errors } = await ask(Array<string>(201).fill("unknown"));
    expect(errors?.map(({ extensions: { code } }) => code)).toEqual(["INVALID_INPUT"]);
  });
});

describe("the organization of a query", () => {
  const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ args }) =>
    args.some(({ name }) => name === "organizationId"),
  );

  it.each(lists.map(({ name }) => name))(
    "is taken from the session or key in %s, and is required of the operator",
    async (name) => {
      const entry = QUERIES[name]!;
      const use = entry.use
        .replace("(organizationId: $organizationId, ", "(")
        .replace("(organizationId: $organizationId)", "");
      const named = `query (${entry.declare}) { ${name}${entry.use} }`;
      const declared = (entry.declare ?? "").split(/,? (?=\$)/).filter((each) => !each.startsWith("$organizationId"));
      const own = `query ${declared.length === 0 ? "" : `(${declared.join(", ")})`} { ${name}${use} }`;
      const { organizationId, ...others } = { ...(await entry.make?.(house)) } as Record<string, unknown>;
      const key = await house.homeKey(entry.needs as readonly Permission[]);
      for (const caller of [house.homeAdministrator, key]) {
        const asked = await house.send(caller, named, { organizationId, ...others });
        expect(asked).toEqual({ data: { [name]: expect.anything() } });
        expect(await house.send(caller, own, others)).toEqual(asked);
      }
      const { data, errors } = await house.send(house.operator, own, others);
      // Without an organization, these lists belong to the installation.
      if (["auditLog", "courses", "mails"].includes(name))
        expect([name, data[name].totalCount >= 0]).toEqual([name, true]);
      else
        expect(errors?.map(({ extensions: { code, details } }) => [code, details])).toEqual([
          ["INVALID_INPUT", { fields: [expect.objectContaining({ path: "organizationId", code: "REQUIRED" })] }],
        ]);
      const anonymous = await house.send(house.anonymous, own, others);
      expect(anonymous.errors?.map(({ extensions: { code } }) => code)).toEqual(["UNAUTHENTICATED"]);
    },
  );
});

describe("every mutation", () => {
  it("is in the table, and nothing else is", () => {
    expect(Object.keys(MUTATIONS).toSorted()).toEqual(fieldsOf(schema.getMutationType()));
  });

  it.each(Object.entries(MUTATIONS))("%s succeeds only for callers with its permissions", async (name, entry) => {
    await walk("mutation", name, entry);
  });

  it("needs a permission or the operator, more than a membership", () => {
    const needs = Object.values(MUTATIONS).map((entry) => entry.needs);
    expect(needs.filter((each) => each === "NOTHING" || each === "SIGN_IN" || each === "MEMBERSHIP")).toEqual([]);
  });
});

/** Whether a description mentions callers without a permission. */
const isHidden = (description: string | null | undefined) =>
  /\b[Ww]ithout [A-Z]+_[A-Z]+|[A-Z]+_[A-Z]+ there; without it,/.test(description ?? "");

describe("every field with a permission of its own", () => {
  it("is in the table, and nothing else is", () => {
    const needy = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter((type) => type !== schema.getQueryType() && type !== schema.getMutationType())
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ description }) => /\b[Nn]eeds? [A-Z]+_[A-Z]+/.test(description ?? "") && !isHidden(description))
          .map((field) => `${type.name}.${field.name}`),
      );
    expect(needy.toSorted()).toEqual(Object.keys(INNER_FIELDS).toSorted());
  });

  it.each(Object.entries(INNER_FIELDS))("%s answers only callers who may see it", async (_name, entry) => {
    const variables = await entry.make(house);
    for (const caller of [await house.homeKey([...new Set([...entry.way, ...entry.needs])]), house.homeAdministrator])
      expect(await house.send(caller, entry.document, variables)).toEqual({ data: expect.anything() });
    const refused = await listLacking(entry.needs, entry.or);
    for (const caller of [...refused, house.homeUser, house.otherKey, house.otherAdministrator]) {
      const { data, errors = [] } = await house.send(caller, entry.document, variables);
      // The request begins with an id, which callers of other organizations cannot find.
      const isElsewhere = caller === house.otherKey || caller === house.otherAdministrator;
      if (errors.length === 0) {
        // A person without permissions gets their own training, which is empty.
        expect([caller.name, Object.values(data)]).toEqual([caller.name, isElsewhere ? [null] : [{ nodes: [] }]]);
        continue;
      }
      const codes = new Set(errors.map(({ extensions: { code } }) => code));
      expect({ caller: caller.name, codes: [...codes] }).toEqual({
        caller: caller.name,
        codes: [expect.stringMatching(REFUSED)],
      });
    }
  });
});

describe("every field that is empty without a permission", () => {
  it("is in the table, and nothing else is", () => {
    const hidden = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ description }) => isHidden(description))
          .map((field) => `${type.name}.${field.name}`),
      );
    expect(hidden.toSorted()).toEqual(Object.keys(HIDDEN_FIELDS).toSorted());
  });

  it.each(Object.entries(HIDDEN_FIELDS))("%s has a value only for callers who may see it", async (_name, entry) => {
    const { needs, or, way, document } = entry;
    const variables = { organizationId: house.home.organizationId, ...(await makeEverything(house)) };
    const isShown = async (caller: Caller) => {
      const { data, errors } = await house.send(caller, document, variables);
      expect(errors).toBeUndefined();
      const shown = findShown(data);
      expect(shown).not.toBeUndefined();
      return shown !== null && !(Array.isArray(shown) && shown.length === 0);
    };
    for (const permission of [needs, or ?? needs])
      expect(await isShown(await house.homeKey([way, permission]))).toBe(true);
    expect(await isShown(house.homeAdministrator)).toBe(true);
    const lacking = allBut(needs).filter((permission) => permission !== or);
    expect(await isShown(await house.homeKey([...new Set([way, ...lacking])]))).toBe(false);
  });
});

describe("a key or a person of a different organization", () => {
  it("cannot bring objects of its own in, or read objects, through an input that names both", async () => {
    const { usher, home, other, word } = house;
    const ask = async (key: string, document: string, variables: Readonly<Record<string, unknown>>) =>
      await usher.graphql(document, variables, key);
    const make = async (tenant: typeof home, mutation: string, noun: string, input: object): Promise<string> => {
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
      const data = await usher.ask(
        `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${noun} { id } } }`,
        { input: { organizationId: tenant.organizationId, ...input } },
        OPERATOR_KEY,
      );
      return data[mutation][noun].id;
    };
    const person = () => ({ email: `${word()}@acme.test`, firstName: "A", lastName: "B" });
    const group = await make(home, "createGroup", "group", { name: word() });
    const foreignGroup = await make(other, "createGroup", "group", { name: word() });
    const foreignUser = await make(other, "createUser", "user", person());
    const foreignRole = word().toUpperCase();
    await make(other, "createRole", "role", { key: foreignRole, name: "R", rank: 5, permissions: [] });
    const before = await readHouseImage();

    const added = await ask(
      home.key,
      `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { results { ok code } } }`,
      { input: { groupId: group, userIds: [foreignUser] } },
    );
    expect(added.data.addUsersToGroup.results).toEqual([{ ok: false, code: "NOT_FOUND" }]);
    const named = await ask(
      home.key,
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { organizationId: home.organizationId, ...person(), roleKeys: [foreignRole] } },
    );
    expect(named.errors?.[0]?.extensions.code).toBe("INVALID_INPUT");
    expect(JSON.stringify(named.errors)).not.toContain(other.organizationId);
    expect(await readHouseImage()).toEqual(before);

    const filtered = await ask(
      home.key,
      `query ($id: ID!, $groupIds: [ID!], $connection: ID, $user: ID, $subject: ID) {
         users(organizationId: $id, filter: { groupIds: $groupIds }) { totalCount }
         byConnection: signInAttempts(organizationId: $id, filter: { connectionId: $connection }) { totalCount }
         byUser: signInAttempts(organizationId: $id, filter: { userId: $user }) { totalCount }
         auditLog(organizationId: $id, filter: { subjectId: $subject }) { totalCount } }`,
      {
        id: home.organizationId,
        groupIds: [foreignGroup],
        connection: other.connectionId,
        user: foreignUser,
        subject: foreignUser,
      },
    );
    const nothing = { totalCount: 0 };
    expect(filtered).toEqual({ data: { users: nothing, byConnection: nothing, byUser: nothing, auditLog: nothing } });
  });
});

describe("a guest, whose home is a different organization", () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await makeGuest(house, schema);
  });
  const user = () => selectUser(schema, house.home.organizationId);
  const passes = async (filter: Readonly<Record<string, unknown>>, userId = guest.id) => {
    const { data, errors } = await house.send(
      house.homeAdministrator,
      `query ($id: ID!, $filter: UserFilter) { users(organizationId: $id, filter: $filter, first: 200) { totalCount nodes { id } } }`,
      { id: house.home.organizationId, filter },
    );
    expect(errors).toBeUndefined();
    const ids = data.users.nodes.map(({ id }: { readonly id: string }) => id);
    // All users are on this page.
    expect(ids).toHaveLength(data.users.totalCount);
    return ids.includes(userId);
  };

  it("can be read through the fields of the table, and the table is complete", () => {
    expect(Object.keys(USER_FIELDS).toSorted()).toEqual(findUserFields(schema));
  });

  it("has a value in every field at home: without that, the tests below would prove nothing", async () => {
    const { data } = await house.send(house.otherAdministrator, USER_FIELDS["Query.user"]!.document(user()), {
      id: guest.id,
    });
    const shown = fieldsWithValue(data.user);
    const fields = Object.keys((schema.getType("User") as GraphQLObjectType).getFields());
    // Only a person who has not accepted yet has an invitation.
    const without = fields.filter((name) => name !== "invitation" && !shown.includes(name));
    expect(without.filter((name) => !SEEN_OF_GUESTS.has(name))).toEqual([]);
  });

  it.each(Object.entries(USER_FIELDS).filter(([, field]) => field !== null))(
    "shows at %s the name, the address, and what the organization gave",
    async (_name, field) => {
      const variables = await field!.variables(guest, house);
      const { data, errors } = await house.send(house.homeAdministrator, field!.document(user()), variables);
      expect(errors).toBeUndefined();
      const shown = fieldsWithValue(findUser(data, guest.id)!);
      expect(shown.filter((name) => !SEEN_OF_GUESTS.has(name))).toEqual([]);
      expect(shown).toEqual(expect.arrayContaining(["id", "email", "firstName", "lastName", "fullName"]));
      if (field === USER_FIELDS["Query.user"])
        expect(shown).toEqual(
          expect.arrayContaining(["role", "roles", "roleGrants", "membership", "groups", "managedGroups"]),
        );
      if (field === USER_FIELDS["RemoveMemberPayload.member"]) guest = await makeGuest(house, schema);
    },
  );

  it("is found by name, address, role and group, but not by withheld fields", async () => {
    const valuesOf = (type: string) => (schema.getType(type) as GraphQLEnumType).getValues().map(({ name }) => name);
    const shown: Readonly<Record<string, readonly object[]>> = {
      search: [{ search: guest.email }, { search: "hopp" }],
      roleKeys: [{ roleKeys: ["ADMIN"] }],
      groupIds: [{ groupIds: [guest.groupId] }],
      // These also filter by data that the organization gave.
      hasSeat: [],
      answers: [],
    };
    const atHome = await house.send(house.otherAdministrator, USER_FIELDS["Query.user"]!.document("manager { id }"), {
      id: guest.id,
    });
    const managerId = atHome.data.user.manager.id as string;
    const withheld: Readonly<Record<string, readonly object[]>> = {
      search: [{ search: WITHHELD }, { search: "number" }],
      status: [{ status: valuesOf("UserStatus") }],
      authMethod: valuesOf("AuthMethod").map((authMethod) => ({ authMethod })),
      missing: [],
      connectionIds: [{ connectionIds: [house.other.connectionId] }],
      managerIds: [{ managerIds: [managerId] }],
      notSignedInSince: [{ notSignedInSince: "2100-01-01T00:00:00Z" }],
      neverSignedIn: [{ neverSignedIn: true }, { neverSignedIn: false }],
      breakGlass: [{ breakGlass: true }, { breakGlass: false }],
    };
    const inputs = Object.keys((schema.getType("UserFilter") as GraphQLInputObjectType).getFields());
    expect([...new Set([...Object.keys(shown), ...Object.keys(withheld)])].toSorted()).toEqual(inputs.toSorted());
    for (const filter of Object.values(shown).flat())
      expect([filter, await passes({ ...filter })]).toEqual([filter, true]);
    for (const filter of Object.values(withheld).flat())
      expect([filter, await passes({ ...filter })]).toEqual([filter, false]);
    // The guest above has every field. This guest has none of them.
    const bare = await makeMember(house);
    expect(await passes({}, bare)).toBe(true);
    for (const field of valuesOf("UserFieldName"))
      expect([field, await passes({ missing: [field] }, bare)]).toEqual([field, false]);
    expect(valuesOf("UserOrderField")).toEqual(["CREATED_AT", "EMAIL", "FIRST_NAME", "LAST_NAME"]);
  });

  it("is in events, audit entries and exports without withheld values", async () => {
    const { usher, home } = house;
    const { data } = await usher.graphql(
      `query ($id: ID!, $user: ID!) {
         events(organizationId: $id, last: 100) { nodes { type subject { subjectId version } data } }
         auditLog(organizationId: $id, filter: { subjectId: $user }, first: 100) { nodes { action before after } } }`,
      { id: home.organizationId, user: guest.id },
      home.key,
    );
    const file = await fetch(`${usher.url}/export/results?organizationId=${home.organizationId}`, {
      headers: { authorization: `Bearer ${home.key}` },
    });
    const log = data.events.nodes as readonly {
      readonly type: string;
      readonly subject: object;
      readonly data: object;
    }[];
    const about = log.filter((event) => JSON.stringify(event).includes(guest.id));
    expect(about.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["user.role_changed", "seat.assigned", "group.member_added", "course.completed"]),
    );
    for (const { type, subject } of about.filter((event) => event.type.startsWith("user.")))
      expect([type, subject]).toEqual(["user.role_changed", { subjectId: guest.id, version: 1 }]);
    const text = JSON.stringify(data) + (await file.text());
    expect(text).toContain(guest.email);
    expect(text).not.toContain(WITHHELD);
    expect(JSON.stringify([about, data.auditLog])).not.toContain(house.other.organizationId);
  });

  it("is added and removed by an administrator of the home, not of the organization", async () => {
    const { usher, home, other, homeAdministrator, otherAdministrator, send } = house;
    const ask = (name: string, mutation: string) =>
      `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { member { id ${name} } } }`;
    const userId = await makeForeigner(house);
    const input = { organizationId: home.organizationId, userId };
    for (const caller of [homeAdministrator, await house.homeKey(ALL_PERMISSIONS)]) {
      const { data, errors } = await send(caller, ask("email", "addMember"), { input });
      expect([data, errors?.[0]?.extensions.code]).toEqual([null, "NOT_FOUND"]);
    }
    const added = await send(otherAdministrator, ask("status roles { key }", "addMember"), { input });
    expect(added).toEqual({
      data: { addMember: { member: { id: userId, status: "ACTIVE", roles: [{ key: "USER" }] } } },
    });
    const { user: seen } = await usher.ask(
      `query ($id: ID!) { user(id: $id) { guestMemberships { organizationId organizationName } } }`,
      { id: userId },
      other.key,
    );
    expect(seen.guestMemberships).toEqual([
      { organizationId: home.organizationId, organizationName: expect.any(String) },
    ]);
    const removed = await send(otherAdministrator, ask("guestMemberships { organizationId }", "removeMember"), {
      input,
    });
    expect(removed).toEqual({ data: { removeMember: { member: { id: userId, guestMemberships: [] } } } });
    const gone = await send(homeAdministrator, USER_FIELDS["Query.user"]!.document("id"), { id: userId });
    expect(gone).toEqual({ data: { user: null } });
  });
});

describe("every object with an id", () => {
  const ways = findWays(schema);
  /** The objects that each caller got, by caller, type and id. */
  const found = new Map<string, Found[]>();
  let userId: string;
  beforeAll(async () => {
    const { ids, organizationIds, callers } = await makeWorld(house);
    userId = ids["User"]!;
    const go = async (caller: Caller, way: Way, document: string) => {
      const { data, errors } = await house.send(caller, document, {});
      const codes = (errors ?? []).map(({ extensions: { code } }) => code);
      const isRefused = ["operators", "organizations"].includes(way[0]!.field.name) && caller !== house.operator;
      expect([caller.name, document, codes]).toEqual([caller.name, document, isRefused ? ["FORBIDDEN"] : []]);
      for (const each of collect(way, data)) {
        const key = `${caller.name}: ${each.key}`;
        found.set(key, [...(found.get(key) ?? []), each]);
      }
    };
    for (const caller of callers) {
      for (const organizationId of caller === house.operator ? organizationIds : [ids["organizationId"]!])
        for (const way of [...ways.values()].flat())
          await go(caller, way, documentOf(way, { ...ids, organizationId }, organizationIds));
      for (const type of schema.getPossibleTypes(schema.getType("Node") as GraphQLInterfaceType)) {
        const start = `${caller.name}: ${type.name} `;
        const known = [...found.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
        await go(caller, wayOfNodes(schema), documentOfNodes(type, known.slice(0, 50), organizationIds));
      }
    }
  });

  it("is reached in at least two ways, except types that the schema reaches in one way", () => {
    const most = new Map<string, number>([...ways.keys()].map((type) => [type, 0]));
    for (const [, times] of found) {
      const type = times[0]!.key.split(" ")[0]!;
      most.set(type, Math.max(most.get(type) ?? 0, new Set(times.map(({ way }) => way)).size));
    }
    const seldom = Object.fromEntries([...most].filter(([, number]) => number < 2));
    // A mapping belongs to one connection, or to one directory.
    const mappings = { AttributeMapping: 1, GroupMapping: 1, RoleMapping: 1 };
    expect(seldom).toEqual({ ConnectionType: 1, Filter: 1, FilterAnswer: 1, WebhookRedelivery: 1, ...mappings });
    const byNodes = [...found.values()].flat().filter(({ way }) => way === "Query.nodes");
    expect([...new Set(byNodes.map(({ key }) => key.split(" ")[0]!))].toSorted()).toEqual(
      Object.keys(NODES).toSorted(),
    );
    // Each of these types is the payload of one mutation.
    expect(findTypesOfMutations(schema)).toEqual(["DeleteOrganizationPayload", "DeleteWebhookEndpointPayload"]);
  });

  it("has different values in each of two organizations: without that, the test below would prove nothing", () => {
    const { fields } = found.get(`the operator: User ${userId}`)![0]!;
    const inBoth = Object.keys(fields).filter((name) => `${name}0` in fields);
    expect(inBoth.toSorted()).toEqual([
      "answers",
      "courses",
      "groups",
      "managedGroups",
      "results",
      "role",
      "roleGrants",
      "roles",
    ]);
    for (const name of inBoth) {
      expect([name, JSON.stringify(fields[name])]).toEqual([name, JSON.stringify(fields[`${name}0`])]);
      expect([name, JSON.stringify(fields[name])]).not.toEqual([name, JSON.stringify(fields[`${name}1`])]);
    }
  });

  it("answers each field alike in every way that reaches it", () => {
    const differences = [...found].flatMap(([key, [first, ...others]]) =>
      others.flatMap(({ way, fields }) =>
        Object.keys(fields)
          .filter((name) => JSON.stringify(fields[name]) !== JSON.stringify(first!.fields[name]))
          .map((name) => [key, name, first!.way, first!.fields[name], way, fields[name]]),
      ),
    );
    expect(differences).toEqual([]);
  });
});
