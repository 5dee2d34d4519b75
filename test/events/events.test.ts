/** The event log in GraphQL: sequence, pages, types and scope. */
import { beforeAll, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../src/access/caller.js";
import { updateUser } from "../../src/people/user/user.operations.js";
import { keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../support/house.js";

const house = useHouse();
let acme: string;
let other: string;
let userId: string;

const EVENTS = `query ($org: ID!, $after: String, $types: [String!], $first: Int, $last: Int, $before: String) {
  events(organizationId: $org, after: $after, types: $types, first: $first, last: $last, before: $before) {
    nodes { id sequence type occurredAt subject { type subjectId version } data cause { kind actor } }
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
  userId = (await makeUser(house, acme)).id;
  await makeUser(house, other);
  for (const firstName of ["One", "Two", "Three"]) await updateUser(house.store, OPERATOR, { id: userId, firstName });
  await makeUser(house, acme, { email: "second@example.com" });
});

async function read(variables: Record<string, unknown> = {}) {
  const { data, codes } = await house.ask(keyOf(acme, "EVENTS_READ"), EVENTS, { org: acme, ...variables });
  expect(codes).toEqual([]);
  return {
    ...data.events,
    sequences: data.events.nodes.map((node: { sequence: number }) => node.sequence) as number[],
  };
}

test("shows the events of one organization in sequence, without gaps", async () => {
  const { nodes, sequences, totalCount } = await read();
  expect(sequences).toEqual([1, 2, 3, 4, 5]);
  expect(totalCount).toBe(5);
  expect(nodes[1]).toEqual({
    id: expect.any(String),
    sequence: 2,
    type: "user.updated",
    occurredAt: "2026-11-23T09:00:00.000Z",
    subject: { type: "user", subjectId: userId, version: 2 },
    data: {
      user: expect.objectContaining({ id: userId, firstName: "One", roles: ["USER"] }),
      changed: {
        firstName: { before: "Ada", after: "One" },
        fullName: { before: "Ada Lovelace", after: "One Lovelace" },
      },
    },
    cause: { kind: "OPERATOR", actor: "operator-key" },
  });
});

test("is read by cursor, forwards and backwards", async () => {
  const first = await read({ first: 3 });
  expect(first.sequences).toEqual([1, 2, 3]);
  const second = await read({ first: 3, after: first.pageInfo.endCursor });
  expect(second.sequences).toEqual([4, 5]);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  expect((await read({ last: 2 })).sequences).toEqual([4, 5]);
  expect((await read({ last: 2, before: second.pageInfo.startCursor })).sequences).toEqual([2, 3]);

  expect((await read({ after: second.pageInfo.endCursor })).sequences).toEqual([]);
  await makeUser(house, acme, { email: "later@example.com" });
  expect((await read({ after: second.pageInfo.endCursor })).sequences).toEqual([6]);
});

test("shows only the requested types, and refuses unknown ones", async () => {
  expect((await read({ types: ["user.updated"] })).sequences).toEqual([2, 3, 4]);
  expect((await read({ types: ["user.updated", "user.created"], first: 2 })).sequences).toEqual([1, 2]);
  expect((await read({ types: [], first: 1 })).sequences).toEqual([1]);
  const { codes } = await house.ask(OPERATOR, EVENTS, { org: acme, types: ["user.updatet"] });
  expect(codes).toEqual(["INVALID_INPUT"]);
});

test("is shown only to callers of its organization with EVENTS_READ", async () => {
  const ask = async (caller: typeof OPERATOR) => (await house.ask(caller, EVENTS, { org: acme })).codes;
  expect(await ask(keyOf(other, "EVENTS_READ"))).toEqual(["NOT_FOUND"]);
  expect(await ask(personIn(acme, "plain", ["USERS_READ", "AUDIT_READ"]))).toEqual(["FORBIDDEN"]);
  expect(await ask(ANONYMOUS)).toEqual(["UNAUTHENTICATED"]);
  const theirs = await house.ask(keyOf(other, "EVENTS_READ"), EVENTS, { org: other });
  expect(theirs.data.events.totalCount).toBe(1);
});
