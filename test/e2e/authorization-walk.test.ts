/**
 * Walks every query and mutation of the schema: each is first carried out for its rightful caller, and then refused, with
 * no effect, to everybody else. A field that nobody has put into the table fails here.
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
import { readDatabaseImage } from "../support/database-image.js";
import { OPERATOR_KEY, type Answer } from "../support/usher.js";
import { makeWorld } from "./authorization/by-id.js";
import { openHouse, type House, type Knocker } from "./authorization/callers.js";
import type { Entry } from "./authorization/entry.js";
import {
  DOORS,
  findDoors,
  findUser,
  makeGuest,
  SEEN_OF_GUESTS,
  selectUser,
  toldFields,
  WITHHELD,
  type Guest,
} from "./authorization/guests.js";
import { findTold, INNER_FIELDS, QUIET_FIELDS } from "./authorization/inner-fields.js";
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
  type Met,
  type Way,
} from "./authorization/ways.js";

/** From the code itself, not from the committed file: what is served is what is walked. */
const schema = buildSchema(emitSchema(describeSchema()));

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => {
  await house.close();
});

const REFUSED = /^(FORBIDDEN|NOT_FOUND)$/;
/** Deliveries of webhooks and mail: their workers write without being asked. */
const BACKGROUND = /^(webhook_(cursor|attempt|retry|redelivery)|mail_message)$/;
/** Everything but a permission; nor the one to change what it shows, since whoever changes something may see it. */
const allBut = (needed: Permission) =>
  ALL_PERMISSIONS.filter((each) => each !== needed && each !== needed.replace(/_READ$/, "_WRITE"));

/** Who may. */
type Rule = Pick<Entry, "needs" | "or" | "ofOneself">;

/** Whose request is carried out. The first holds no more than what is needed. */
async function listRightful({ needs, or, ofOneself }: Rule): Promise<readonly Knocker[]> {
  const { operator, homeAdministrator, homeUser, otherKey, nobody } = house;
  if (needs === "OPERATOR") return [operator];
  if (needs === "SELF") return [await house.guest()];
  const insiders = [homeAdministrator, operator];
  if (needs === "MEMBERSHIP") return [homeUser, await house.homeKey(["WEBHOOKS_WRITE"]), ...insiders];
  if (needs === "SIGN_IN") return [homeUser, otherKey, ...insiders];
  if (needs === "NOTHING") return [nobody, homeUser, otherKey, ...insiders];
  const keys = [await house.homeKey(needs), ...(or === undefined ? [] : [await house.homeKey([or])])];
  return [...keys, ...(ofOneself ? [homeUser] : []), ...insiders];
}

/** Who is refused, each for another reason. */
async function listStrangers({ needs, or, ofOneself }: Rule): Promise<readonly Knocker[]> {
  const { homeAdministrator, homeUser, otherKey, otherAdministrator, nobody } = house;
  const outsiders = [otherKey, otherAdministrator, nobody];
  if (needs === "NOTHING") return [];
  if (needs === "SIGN_IN") return [nobody];
  if (needs === "MEMBERSHIP") return outsiders;
  if (needs === "SELF") return [otherKey, nobody, await house.homeKey(ALL_PERMISSIONS)];
  if (needs === "OPERATOR") return [...outsiders, homeAdministrator, homeUser, await house.homeKey(ALL_PERMISSIONS)];
  return [...outsiders, ...(ofOneself ? [] : [homeUser]), ...(await listLacking(needs, or))];
}

/** Keys of the organization that hold everything but what is needed. */
async function listLacking(needs: readonly Permission[], or?: Permission): Promise<readonly Knocker[]> {
  return await Promise.all(needs.map((needed) => house.homeKey(allBut(needed).filter((each) => each !== or))));
}

/** What mutations of many tell of each; nothing for all other fields. */
function resultsOf(value: unknown): readonly { readonly ok: boolean; readonly code: string | null }[] {
  return (value as { results?: { ok: boolean; code: string | null }[] } | null)?.results ?? [];
}

/** Whether an answer says no and nothing else: the code for who asks, and no data. */
function expectRefusal(stranger: Knocker, name: string, { data, errors }: Answer): void {
  const value = (data as Record<string, unknown> | null)?.[name] ?? null;
  const results = resultsOf(value);
  const codes = [...(errors ?? []).map(({ extensions: { code } }) => code), ...results.map(({ code }) => code)];
  const expected = stranger === house.nobody ? /^UNAUTHENTICATED$/ : REFUSED;
  expect({ stranger: stranger.name, codes, leaks: value !== null && results.length === 0 }).toEqual({
    stranger: stranger.name,
    codes: [expect.stringMatching(expected)],
    leaks: false,
  });
}

/** Whether an answer is that of an id which does not exist. */
function expectNull(stranger: Knocker, name: string, answer: Answer): void {
  expect({ stranger: stranger.name, ...answer }).toEqual({ stranger: stranger.name, data: { [name]: null } });
}

function expectSuccess(knocker: Knocker, name: string, { data, errors }: Answer): void {
  const value = (data as Record<string, unknown> | null)?.[name];
  expect({ knocker: knocker.name, errors, value, results: resultsOf(value) }).toEqual({
    knocker: knocker.name,
    errors: undefined,
    value: name === "node" || (knocker === house.nobody && name === "viewer") ? null : expect.anything(),
    results: resultsOf(value).map(() => ({ ok: true, code: null })),
  });
}

/** Asks as each stranger for one thing, compares all tables before and after, and has its rightful owner use it then. */
async function walk(kind: "query" | "mutation", name: string, entry: Entry): Promise<void> {
  const document = `${kind}${entry.declare === undefined ? "" : ` (${entry.declare})`} { ${name}${entry.use} }`;
  const make = async () => (await entry.make?.(house)) ?? {};
  const rightful = await listRightful(entry);
  for (const knocker of rightful.slice(0, -1))
    expectSuccess(knocker, name, await house.send(knocker, document, await make()));

  const variables = await make();
  const strangers = await listStrangers(entry);
  const before = await readHouseImage();
  for (const stranger of strangers) {
    const isElsewhere = stranger === house.otherKey || stranger === house.otherAdministrator;
    const expectNothing = entry.nullElsewhere === true && isElsewhere ? expectNull : expectRefusal;
    expectNothing(stranger, name, await house.send(stranger, document, variables));
  }
  expect(await readHouseImage()).toEqual(before);
  // Not by chance refused: the very same request is carried out for whom it is right.
  const [last] = rightful.slice(-1);
  expectSuccess(last!, name, await house.send(last!, document, variables));
}

/** Without what is written in the background, whoever asks or not. */
async function readHouseImage(): Promise<object> {
  const image = await readDatabaseImage(house.usher.databaseUrl);
  return Object.fromEntries(Object.entries(image).filter(([table]) => !BACKGROUND.test(table)));
}

const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.keys(type?.getFields() ?? {}).toSorted();

describe("every query", () => {
  it("is in the table, and nothing else is", () => {
    expect(Object.keys(QUERIES).toSorted()).toEqual(fieldsOf(schema.getQueryType()));
  });

  it.each(Object.entries(QUERIES))("%s is answered to its rightful callers alone", async (name, entry) => {
    await walk("query", name, entry);
  });
});

describe("every type that node finds", () => {
  const NODE = "query ($id: ID!) { node(id: $id) { __typename id } }";

  it("is in the table, and nothing else is", () => {
    const types = schema.getPossibleTypes(schema.getType("Node") as GraphQLInterfaceType);
    expect(types.map(({ name }) => name).toSorted()).toEqual(Object.keys(NODES).toSorted());
  });

  it.each(Object.entries(NODES))("%s is null but for those who may see it", async (type, entry) => {
    const id = await entry.make(house);
    for (const knocker of await listRightful(entry))
      expect([knocker.name, await house.send(knocker, NODE, { id })]).toEqual([
        knocker.name,
        { data: { node: { __typename: type, id } } },
      ]);
    for (const stranger of await listStrangers(entry)) {
      const answer = await house.send(stranger, NODE, { id });
      if (stranger === house.nobody) expectRefusal(stranger, "node", answer);
      else expectNull(stranger, "node", answer);
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
    "%s takes from the session or the key, and the operator names it",
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
      for (const knocker of [house.homeAdministrator, key]) {
        const asked = await house.send(knocker, named, { organizationId, ...others });
        expect(asked).toEqual({ data: { [name]: expect.anything() } });
        expect(await house.send(knocker, own, others)).toEqual(asked);
      }
      const { data, errors } = await house.send(house.operator, own, others);
      // Without an organization these are the installation's own.
      if (name === "auditLog" || name === "courses") expect([name, data[name].totalCount >= 0]).toEqual([name, true]);
      else
        expect(errors?.map(({ extensions: { code, details } }) => [code, details])).toEqual([
          ["INVALID_INPUT", { fields: [expect.objectContaining({ path: "organizationId", code: "REQUIRED" })] }],
        ]);
      const nobody = await house.send(house.nobody, own, others);
      expect(nobody.errors?.map(({ extensions: { code } }) => code)).toEqual(["UNAUTHENTICATED"]);
    },
  );
});

describe("every mutation", () => {
  it("is in the table, and nothing else is", () => {
    expect(Object.keys(MUTATIONS).toSorted()).toEqual(fieldsOf(schema.getMutationType()));
  });

  it.each(Object.entries(MUTATIONS))("%s is carried out for its rightful callers alone", async (name, entry) => {
    await walk("mutation", name, entry);
  });

  it("needs a permission, or the operator: belonging to an organization changes nothing", () => {
    const needs = Object.values(MUTATIONS).map((entry) => entry.needs);
    expect(needs.filter((each) => each === "NOTHING" || each === "SIGN_IN" || each === "MEMBERSHIP")).toEqual([]);
  });
});

/** Whether a description says what a field answers to a caller without a permission. */
const isQuiet = (description: string | null | undefined) =>
  /\bWithout [A-Z]+_[A-Z]+|[A-Z]+_[A-Z]+ there; without it,/.test(description ?? "");

describe("every field that needs more than the way to it", () => {
  it("is in the table, and nothing else is", () => {
    const needy = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter((type) => type !== schema.getQueryType() && type !== schema.getMutationType())
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ description }) => /\b[Nn]eeds? [A-Z]+_[A-Z]+/.test(description ?? "") && !isQuiet(description))
          .map((field) => `${type.name}.${field.name}`),
      );
    expect(needy.toSorted()).toEqual(Object.keys(INNER_FIELDS).toSorted());
  });

  it.each(Object.entries(INNER_FIELDS))("%s is answered to its rightful callers alone", async (_name, entry) => {
    const variables = await entry.make(house);
    for (const knocker of [await house.homeKey([...new Set([...entry.way, ...entry.needs])]), house.homeAdministrator])
      expect(await house.send(knocker, entry.document, variables)).toEqual({ data: expect.anything() });
    const strangers = await listLacking(entry.needs, entry.or);
    for (const stranger of [...strangers, house.homeUser, house.otherKey, house.otherAdministrator]) {
      const { data, errors = [] } = await house.send(stranger, entry.document, variables);
      // The way begins with an id, which does not exist for who belongs to another organization.
      const isElsewhere = stranger === house.otherKey || stranger === house.otherAdministrator;
      if (errors.length === 0) {
        // A person without permissions sees the own training, and has none.
        expect([stranger.name, Object.values(data)]).toEqual([stranger.name, isElsewhere ? [null] : [{ nodes: [] }]]);
        continue;
      }
      const codes = new Set(errors.map(({ extensions: { code } }) => code));
      expect({ stranger: stranger.name, codes: [...codes] }).toEqual({
        stranger: stranger.name,
        codes: [expect.stringMatching(REFUSED)],
      });
    }
  });
});

describe("every field that tells nothing without a permission", () => {
  it("is in the table, and nothing else is", () => {
    const quiet = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ description }) => isQuiet(description))
          .map((field) => `${type.name}.${field.name}`),
      );
    expect(quiet.toSorted()).toEqual(Object.keys(QUIET_FIELDS).toSorted());
  });

  it.each(Object.entries(QUIET_FIELDS))("%s tells its rightful callers alone", async (_name, entry) => {
    const { needs, or, way, document } = entry;
    const variables = { organizationId: house.home.organizationId, ...(await makeEverything(house)) };
    const isTold = async (knocker: Knocker) => {
      const { data, errors } = await house.send(knocker, document, variables);
      expect(errors).toBeUndefined();
      const told = findTold(data);
      expect(told).not.toBeUndefined();
      return told !== null && !(Array.isArray(told) && told.length === 0);
    };
    for (const permission of [needs, or ?? needs])
      expect(await isTold(await house.homeKey([way, permission]))).toBe(true);
    expect(await isTold(house.homeAdministrator)).toBe(true);
    const lacking = allBut(needs).filter((permission) => permission !== or);
    expect(await isTold(await house.homeKey([...new Set([way, ...lacking])]))).toBe(false);
  });
});

describe("a key or a person of another organization", () => {
  it("brings none of its own things in, and takes none out, through an input that names both", async () => {
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

describe("a guest, whose home is another organization", () => {
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
    // Nobody is missing only because the page ended before them.
    expect(ids).toHaveLength(data.users.totalCount);
    return ids.includes(userId);
  };

  it("is met at every place of the schema that the table has, and at no other", () => {
    expect(Object.keys(DOORS).toSorted()).toEqual(findDoors(schema));
  });

  it("is seen whole at home: without that, the tests below would prove nothing", async () => {
    const { data } = await house.send(house.otherAdministrator, DOORS["Query.user"]!.document(user()), {
      id: guest.id,
    });
    const told = toldFields(data.user);
    const fields = Object.keys((schema.getType("User") as GraphQLObjectType).getFields());
    expect(fields.filter((name) => !SEEN_OF_GUESTS.has(name) && !told.includes(name))).toEqual([]);
  });

  it.each(Object.entries(DOORS).filter(([, door]) => door !== null))(
    "shows name and address at %s, and what the organization gave",
    async (_name, door) => {
      const variables = await door!.variables(guest, house);
      const { data, errors } = await house.send(house.homeAdministrator, door!.document(user()), variables);
      expect(errors).toBeUndefined();
      const told = toldFields(findUser(data, guest.id)!);
      expect(told.filter((name) => !SEEN_OF_GUESTS.has(name))).toEqual([]);
      expect(told).toEqual(expect.arrayContaining(["id", "email", "firstName", "lastName", "fullName"]));
      if (door === DOORS["Query.user"])
        expect(told).toEqual(
          expect.arrayContaining(["role", "roles", "roleGrants", "membership", "groups", "managedGroups"]),
        );
      if (door === DOORS["RemoveMemberPayload.member"]) guest = await makeGuest(house, schema);
    },
  );

  it("is found by name, address, role and group, and by nothing that is withheld", async () => {
    const valuesOf = (type: string) => (schema.getType(type) as GraphQLEnumType).getValues().map(({ name }) => name);
    const shown: Readonly<Record<string, readonly object[]>> = {
      search: [{ search: guest.email }, { search: "hopp" }],
      roleKeys: [{ roleKeys: ["ADMIN"] }],
      groupIds: [{ groupIds: [guest.groupId] }],
      // What the organization gave.
      hasSeat: [],
      answers: [],
    };
    const atHome = await house.send(house.otherAdministrator, DOORS["Query.user"]!.document("manager { id }"), {
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
    };
    const inputs = Object.keys((schema.getType("UserFilter") as GraphQLInputObjectType).getFields());
    expect([...new Set([...Object.keys(shown), ...Object.keys(withheld)])].toSorted()).toEqual(inputs.toSorted());
    for (const filter of Object.values(shown).flat())
      expect([filter, await passes({ ...filter })]).toEqual([filter, true]);
    for (const filter of Object.values(withheld).flat())
      expect([filter, await passes({ ...filter })]).toEqual([filter, false]);
    // The guest above lacks no field; this one lacks all of them.
    const bare = await makeMember(house);
    expect(await passes({}, bare)).toBe(true);
    for (const field of valuesOf("UserFieldName"))
      expect([field, await passes({ missing: [field] }, bare)]).toEqual([field, false]);
    expect(valuesOf("UserOrderField")).toEqual(["CREATED_AT", "EMAIL", "FIRST_NAME", "LAST_NAME"]);
  });

  it("tells nothing of what is withheld in events, audit entries and files", async () => {
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

  it("is put into the organization by nobody of it, and taken out of it by the home", async () => {
    const { usher, home, other, homeAdministrator, otherAdministrator, send } = house;
    const ask = (name: string, mutation: string) =>
      `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { member { id ${name} } } }`;
    const userId = await makeForeigner(house);
    const input = { organizationId: home.organizationId, userId };
    for (const knocker of [homeAdministrator, await house.homeKey(ALL_PERMISSIONS)]) {
      const { data, errors } = await send(knocker, ask("email", "addMember"), { input });
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
    const gone = await send(homeAdministrator, DOORS["Query.user"]!.document("id"), { id: userId });
    expect(gone).toEqual({ data: { user: null } });
  });
});

describe("everything that has an id", () => {
  const ways = findWays(schema);
  /** What was met, by who asks and by its id. */
  const met = new Map<string, Met[]>();
  let userId: string;
  beforeAll(async () => {
    const { ids, organizationIds, callers } = await makeWorld(house);
    userId = ids["User"]!;
    const go = async (caller: Knocker, way: Way, document: string) => {
      const { data, errors } = await house.send(caller, document, {});
      const codes = (errors ?? []).map(({ extensions: { code } }) => code);
      const isRefused = way[0]!.field.name === "organizations" && caller !== house.operator;
      expect([caller.name, document, codes]).toEqual([caller.name, document, isRefused ? ["FORBIDDEN"] : []]);
      for (const each of collect(way, data)) {
        const key = `${caller.name}: ${each.key}`;
        met.set(key, [...(met.get(key) ?? []), each]);
      }
    };
    for (const caller of callers) {
      for (const organizationId of caller === house.operator ? organizationIds : [ids["organizationId"]!])
        for (const way of [...ways.values()].flat())
          await go(caller, way, documentOf(way, { ...ids, organizationId }, organizationIds));
      for (const type of schema.getPossibleTypes(schema.getType("Node") as GraphQLInterfaceType)) {
        const start = `${caller.name}: ${type.name} `;
        const known = [...met.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
        await go(caller, wayOfNodes(schema), documentOfNodes(type, known.slice(0, 50), organizationIds));
      }
    }
  });

  it("is met by at least two ways, but for what the schema has one way to", () => {
    const most = new Map<string, number>([...ways.keys()].map((type) => [type, 0]));
    for (const [, times] of met) {
      const type = times[0]!.key.split(" ")[0]!;
      most.set(type, Math.max(most.get(type) ?? 0, new Set(times.map(({ way }) => way)).size));
    }
    const seldom = Object.fromEntries([...most].filter(([, number]) => number < 2));
    expect(seldom).toEqual({ ConnectionType: 1, Filter: 1, FilterAnswer: 1, WebhookRedelivery: 1 });
    const byNodes = [...met.values()].flat().filter(({ way }) => way === "Query.nodes");
    expect([...new Set(byNodes.map(({ key }) => key.split(" ")[0]!))].toSorted()).toEqual(
      Object.keys(NODES).toSorted(),
    );
    // Each of these answers what one mutation did.
    expect(findTypesOfMutations(schema)).toEqual(["DeleteOrganizationPayload", "DeleteWebhookEndpointPayload"]);
  });

  it("has other things in each of two organizations: without that, the test below would prove nothing", () => {
    const { fields } = met.get(`the operator: User ${userId}`)![0]!;
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

  it("answers each field alike, whichever way it was reached", () => {
    const differences = [...met].flatMap(([key, [first, ...others]]) =>
      others.flatMap(({ way, fields }) =>
        Object.keys(fields)
          .filter((name) => JSON.stringify(fields[name]) !== JSON.stringify(first!.fields[name]))
          .map((name) => [key, name, first!.way, first!.fields[name], way, fields[name]]),
      ),
    );
    expect(differences).toEqual([]);
  });
});
