/** Sessions of people: how long they last, who sees them, and who ends them. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import { createUseNotes, type UseNotes } from "../../../src/people/caller/note-use.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { findOrganization } from "../../../src/people/organization/organization.repository.js";
import { addMember } from "../../../src/people/membership/membership.operations.js";
import { describeDevice } from "../../../src/people/session/describe-device.js";
import { findConnectionOfExpired, openSession } from "../../../src/people/session/session.repository.js";
import { hashToken } from "../../../src/platform/crypto/tokens.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { countRows, keyOf, makeOrganization, makeUser, OPERATOR, personIn, useHouse } from "../../support/house.js";

const house = useHouse();

const MINUTE_MILLISECONDS = 60_000;
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

let notes: UseNotes;
const defects: unknown[] = [];
beforeEach(() => {
  notes = createUseNotes(house.store, () => house.clock.now, defects.push.bind(defects));
});
afterEach(async () => {
  await notes.stop();
  expect(defects).toEqual([]);
});

const wait = (minutes: number) => {
  house.clock.now = new Date(house.clock.now.getTime() + minutes * MINUTE_MILLISECONDS);
};
const inMinutes = (minutes: number) => new Date(house.clock.now.getTime() + minutes * MINUTE_MILLISECONDS);

let sessions = 0;
/** Signs a user in and returns the token of the session. */
async function signIn(
  userId: string,
  organizationId: string,
  options: { readonly providerEndsAt?: Date; readonly connectionId?: string } = {},
): Promise<string> {
  sessions += 1;
  const token = `token-${sessions}`;
  const { policies } = (await findOrganization(house.store.reader, null, organizationId))!;
  await house.inUnit((unit) =>
    openSession(unit, {
      tokenHash: hashToken(token),
      userId,
      organizationId,
      connectionId: null,
      client: { address: "192.0.2.7", userAgent: FIREFOX },
      policies,
      ...options,
    }),
  );
  return token;
}
/** Sends a request with a session, and stores the use of the session at once. */
async function send(token: string): Promise<Caller> {
  const credentials = { authorization: null, sessionToken: token };
  const caller = await resolveCaller(house.store.reader, () => house.clock.now, credentials, notes.note);
  await notes.stop();
  return caller;
}
const kindOf = async (token: string) => (await send(token)).kind;
async function callerOf(token: string) {
  const caller = await send(token);
  if (caller.kind !== "PERSON") throw new Error(`the session of ${token} has ended`);
  return caller;
}
async function makePerson() {
  const { id: organizationId } = await makeOrganization(house);
  const { id } = await makeUser(house, organizationId);
  return { id, organizationId };
}
const setPolicies = (id: string, policies: { sessionIdleMinutes?: number; sessionLifetimeMinutes?: number }) =>
  updateOrganization(house.store, OPERATOR, id, { policies });

describe("a session", () => {
  test("ends when it is not used for the idle time, and each use prolongs it", async () => {
    const { id, organizationId } = await makePerson();
    const token = await signIn(id, organizationId);
    for (const minutes of [719, 719]) {
      wait(minutes);
      expect(await kindOf(token)).toBe("PERSON");
    }
    wait(720);
    expect(await kindOf(token)).toBe("ANONYMOUS");
  });

  test("ends after its lifetime and at the provider's end, however much it is used", async () => {
    const { id, organizationId } = await makePerson();
    await setPolicies(organizationId, { sessionIdleMinutes: 100, sessionLifetimeMinutes: 150 });
    const [byLifetime, byProvider] = [
      await signIn(id, organizationId),
      await signIn(id, organizationId, { providerEndsAt: inMinutes(120) }),
    ];
    wait(99);
    expect([await kindOf(byLifetime), await kindOf(byProvider)]).toEqual(["PERSON", "PERSON"]);
    wait(21);
    expect([await kindOf(byLifetime), await kindOf(byProvider)]).toEqual(["PERSON", "ANONYMOUS"]);
    wait(30);
    expect(await kindOf(byLifetime)).toBe("ANONYMOUS");
  });

  test("of an earlier version ends when that version said, and use does not prolong it", async () => {
    const { id, organizationId } = await makePerson();
    const token = await signIn(id, organizationId);
    await house.inUnit((unit) =>
      unit.execute("UPDATE user_session SET ends_at = NULL, last_used_at = NULL WHERE user_id = ?", [id]),
    );
    wait(700);
    expect(await kindOf(token)).toBe("PERSON");
    wait(20);
    expect(await kindOf(token)).toBe("ANONYMOUS");
  });

  test.each([
    ["idle time", { sessionIdleMinutes: 10 }],
    ["lifetime", { sessionLifetimeMinutes: 10 }],
  ])("follows a shorter %s of the home organization at its next use", async (_name, policies) => {
    const { id, organizationId } = await makePerson();
    const token = await signIn(id, organizationId, { connectionId: "a-connection" });
    wait(10);
    const viewer = personIn(organizationId, id);
    const count = async () => (await house.ask(viewer, "{ viewer { sessions { totalCount } } }")).data.viewer.sessions;
    expect(await count()).toEqual({ totalCount: 1 });
    await setPolicies(organizationId, policies);
    expect(await kindOf(token)).toBe("ANONYMOUS");
    expect(await count()).toEqual({ totalCount: 0 });
    // The page of the organization leads the person to the same provider again.
    expect(await findConnectionOfExpired(house.store.reader, hashToken(token), organizationId, house.clock.now)).toBe(
      "a-connection",
    );
  });

  test("writes its use once a minute, and together with the uses of other sessions", async () => {
    const { id, organizationId } = await makePerson();
    const tokens = [await signIn(id, organizationId), await signIn(id, organizationId)];
    const request = async (token: string) =>
      await resolveCaller(
        house.store.reader,
        () => house.clock.now,
        { authorization: null, sessionToken: token },
        notes.note,
      );
    const statementsOf = async (token: string) => (await countQueries(() => request(token))).statements.length;
    wait(0.9);
    expect(await statementsOf(tokens[0]!)).toBe(1);
    expect((await countQueries(() => notes.stop())).statements).toEqual([]);
    wait(0.1);
    for (const token of [...tokens, ...tokens, ...tokens]) expect(await statementsOf(token)).toBe(1);
    const stored = (await countQueries(() => notes.stop())).statements.filter((sql) => /user_session/.test(sql));
    expect(stored).toHaveLength(1);
    for (const token of tokens) expect(await statementsOf(token)).toBe(1);
    expect((await countQueries(() => notes.stop())).statements).toEqual([]);
  });
});

const LIST = `query ($first: Int, $after: String) { viewer { sessions(first: $first, after: $after) {
  nodes { id current address device createdAt lastUsedAt expiresAt } totalCount pageInfo { hasNextPage endCursor } } } }`;
const OF_USER = "query ($userId: ID!) { sessions(userId: $userId) { nodes { id current } totalCount } }";
const REVOKE = "mutation ($id: ID!) { revokeSession(id: $id) { session { id } } }";
const REVOKE_ALL = "mutation ($input: RevokeSessionsInput!) { revokeSessions(input: $input) { count } }";

describe("the list of sessions", () => {
  test("shows a person their own ones, the newest first, with device, address, use and the current one", async () => {
    const { id, organizationId } = await makePerson();
    await signIn(id, organizationId);
    wait(5);
    const createdAt = house.clock.now.toISOString();
    const second = await signIn(id, organizationId);
    wait(5);
    const caller = await callerOf(second);
    const { nodes } = (await house.ask(caller, LIST)).data.viewer.sessions;
    expect(nodes).toMatchObject([
      {
        id: caller.sessionId,
        current: true,
        address: "192.0.2.7",
        device: "Firefox on Windows",
        createdAt,
        lastUsedAt: house.clock.now.toISOString(),
        expiresAt: inMinutes(720).toISOString(),
      },
      { current: false, expiresAt: inMinutes(710).toISOString() },
    ]);
    expect((await house.ask(caller, OF_USER, { userId: id })).codes).toEqual([]);
  });

  test("has pages, and costs the same statements for any number of sessions", async () => {
    const { id, organizationId } = await makePerson();
    const count = async (first: number) =>
      (await countQueries(() => house.ask(personIn(organizationId, id), LIST, { first }))).statements.length;
    await signIn(id, organizationId);
    const ofOne = await count(5);
    for (let more = 0; more < 4; more += 1) await signIn(id, organizationId);
    expect([ofOne, await count(5)]).toEqual([3, 3]);
    const seen: string[] = [];
    let next: { hasNextPage: boolean; endCursor: string | null } = { hasNextPage: true, endCursor: null };
    while (next.hasNextPage) {
      const { data } = await house.ask(personIn(organizationId, id), LIST, { first: 2, after: next.endCursor });
      seen.push(...data.viewer.sessions.nodes.map((node: { id: string }) => node.id));
      next = data.viewer.sessions.pageInfo;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  test("shows an administrator those of the organization's own users, not those of guests", async () => {
    const { id, organizationId } = await makePerson();
    const other = await makePerson();
    await addMember(house.store, OPERATOR, { organizationId: other.organizationId, userId: id, roleKeys: ["USER"] });
    await signIn(id, organizationId);
    const ask = async (caller: Caller) => (await house.ask(caller, OF_USER, { userId: id })).codes;
    expect(await ask(keyOf(organizationId, "USERS_READ"))).toEqual([]);
    expect(await ask(personIn(organizationId, other.id, []))).toEqual(["FORBIDDEN"]);
    expect(await ask(personIn(organizationId, other.id, ["USERS_READ"]))).toEqual([]);
    expect(await ask(keyOf(other.organizationId, "USERS_READ", "USERS_WRITE"))).toEqual(["NOT_FOUND"]);
  });
});

describe("revoking", () => {
  const audit = async (userId: string) =>
    (await house.auditOf(userId)).filter(({ action }) => action === "session.revoked").map(({ after }) => after);
  const signOuts = async (userId: string) =>
    (await house.eventsOf(userId)).filter(({ type }) => type === "user.signed_out").map(({ causeKind }) => causeKind);

  test("one session ends it at once, with an event and an audit entry", async () => {
    const { id, organizationId } = await makePerson();
    const [first, second] = [await signIn(id, organizationId), await signIn(id, organizationId)];
    const { sessionId } = await callerOf(first);
    const own = personIn(organizationId, id, []);
    expect((await house.ask(own, REVOKE, { id: sessionId })).codes).toEqual([]);
    expect([await kindOf(first), await kindOf(second)]).toEqual(["ANONYMOUS", "PERSON"]);
    expect((await house.ask(own, REVOKE, { id: sessionId })).codes).toEqual(["FORBIDDEN"]);
    const key = keyOf(organizationId, "USERS_WRITE");
    expect((await house.ask(key, REVOKE, { id: sessionId })).codes).toEqual(["NOT_FOUND"]);
    expect((await house.ask(key, REVOKE, { id: (await callerOf(second)).sessionId })).codes).toEqual([]);
    expect(await kindOf(second)).toBe("ANONYMOUS");
    expect(await audit(id)).toMatchObject([
      { sessionId, address: "192.0.2.7", device: "Firefox on Windows" },
      { address: "192.0.2.7" },
    ]);
    expect(await signOuts(id)).toEqual(["PERSON", "API_KEY"]);
  });

  test("all sessions can keep the current one", async () => {
    const { id, organizationId } = await makePerson();
    const [current, other] = [await signIn(id, organizationId), await signIn(id, organizationId)];
    const caller = await callerOf(current);
    const end = async (input: object, by: Caller = caller) =>
      (await house.ask(by, REVOKE_ALL, { input })).data.revokeSessions.count;
    expect(await end({ keepCurrent: true })).toBe(1);
    expect([await kindOf(current), await kindOf(other)]).toEqual(["PERSON", "ANONYMOUS"]);
    expect(await end({})).toBe(1);
    expect(await kindOf(current)).toBe("ANONYMOUS");
    await signIn(id, organizationId);
    wait(720);
    // An expired session is not counted. It is deleted all the same, so that it does not lead to the provider.
    expect(await end({ userId: id }, keyOf(organizationId, "USERS_WRITE"))).toBe(0);
    expect(await countRows(house, `user_session WHERE user_id = '${id}'`)).toBe(0);
    expect(await audit(id)).toEqual([
      { count: 1, keptSessionId: caller.sessionId },
      { count: 1, keptSessionId: null },
    ]);
    expect(await signOuts(id)).toEqual(["PERSON", "PERSON"]);
  });

  test("a session of somebody else needs USERS_WRITE in their home organization", async () => {
    const { id, organizationId } = await makePerson();
    const other = await makePerson();
    await addMember(house.store, OPERATOR, { organizationId: other.organizationId, userId: id, roleKeys: ["USER"] });
    const token = await signIn(id, organizationId);
    const { sessionId } = await callerOf(token);
    for (const [caller, code] of [
      [personIn(organizationId, other.id, ["USERS_READ"]), "FORBIDDEN"],
      [keyOf(organizationId, "USERS_READ"), "FORBIDDEN"],
      [keyOf(other.organizationId, "USERS_WRITE"), "NOT_FOUND"],
      [personIn(other.organizationId, other.id), "NOT_FOUND"],
    ] as const) {
      expect((await house.ask(caller, REVOKE, { id: sessionId })).codes).toEqual([code]);
      expect((await house.ask(caller, REVOKE_ALL, { input: { userId: id } })).codes).toEqual([code]);
    }
    expect(await kindOf(token)).toBe("PERSON");
    expect([await audit(id), await signOuts(id)]).toEqual([[], []]);
  });
});

test.each([
  [FIREFOX, "Firefox on Windows"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Safari on macOS",
  ],
  ["Some-App/1.0 (Linux)", "Linux"],
  ["curl/8.5.0", null],
  [null, null],
])("the device of %s is %s", (userAgent, device) => {
  expect(describeDevice(userAgent)).toBe(device);
});
