/** Rewriting the search keys of an earlier version: each is rewritten once, even after interruptions. */
import { beforeEach, expect, test } from "@jest/globals";
import { rewriteNameKeys } from "../../../src/people/group/group.repository.js";
import { createGroup } from "../../../src/people/group/group.operations.js";
import { rewriteSearchKeys, type RewriteKeys } from "../../../src/people/installation/rewrite-search-keys.js";
import { rewriteTerms } from "../../../src/people/user/list/rewrite-terms.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { findUser, insertMembership } from "../../../src/people/user/user.repository.js";
import { updateUser } from "../../../src/people/user/user.operations.js";
import { makeOrganization, makeUser, OPERATOR, useHouse } from "../../support/house.js";

const house = useHouse();
const clock = () => house.clock.now;
const never = new AbortController().signal;
/** Each step rewrites one row, so that there are many steps. */
const STEPS = [rewriteTerms, rewriteNameKeys].map(
  (step): RewriteKeys =>
    (unit, after) =>
      step(unit, after, 1),
);

beforeEach(async () => {
  await house.inUnit((unit) => unit.execute("DELETE FROM installation WHERE id = 'search-keys'"));
});

/** Two organizations, a guest in the second, a person with a manager, and a group, with the keys of an earlier version. */
async function makeStale() {
  const [home, other] = [(await makeOrganization(house)).id, (await makeOrganization(house)).id];
  const ann = await makeUser(house, home, {
    email: "ann@sub.acme.example",
    firstName: "Ann",
    lastName: "O'Neil",
    employeeId: "E-7",
  });
  const zoe = await makeUser(house, other, {
    email: "zoe@acme.example",
    firstName: "Zoë",
    lastName: "Müller",
    profile: { managerEmail: "boss@acme.example" },
  });
  const group = await createGroup(house.store, OPERATOR, { organizationId: home, name: "Bücher" });
  await house.inUnit(async (unit) => {
    const account = await findUser(unit, home, ann.id);
    if (account !== null) await insertMembership(unit, other, account);
    await unit.execute("DELETE FROM membership_term WHERE user_id IN (?, ?) AND term NOT LIKE ' %'", [ann.id, zoe.id]);
    // `example` is a word of both forms. Several terms of the earlier form are removed.
    for (const [organizationId, userId, terms] of [
      [home, ann.id, ["o'neil", "ann", "example"]],
      [other, ann.id, ["o'neil", "ann", "example"]],
      [other, zoe.id, ["müller", "zoë", "acme", "example"]],
    ] as const)
      for (const term of terms)
        await unit.execute("INSERT INTO membership_term (organization_id, term, user_id) VALUES (?, ?, ?)", [
          organizationId,
          term,
          userId,
        ]);
    await unit.execute("UPDATE user_group SET name_key = 'bücher' WHERE id = ?", [group.id]);
  });
  const keys = async () => ({
    terms: (
      await house.store.reader.rows<{ term: string; home: number }>(
        `SELECT term, CASE organization_id WHEN ? THEN 1 ELSE 0 END AS home FROM membership_term
          WHERE user_id IN (?, ?) ORDER BY organization_id, term, user_id`,
        [home, ann.id, zoe.id],
      )
    ).map(({ term, home: isHome }) => `${Number(isHome) === 1 ? "home" : "other"}: ${term}`),
    group: (
      await house.store.reader.row<{ name_key: string }>("SELECT name_key FROM user_group WHERE id = ?", [group.id])
    )?.name_key,
  });
  return { keys, zoe: zoe.id };
}

const OF_ANN = [
  "acme example",
  "ann",
  "ann o neil",
  "ann oneil",
  "ann sub acme example",
  "example",
  "neil",
  "o neil",
  "oneil",
  "sub acme example",
];
const OF_ZOE = [
  " reports to boss@acme.example",
  "acme example",
  "example",
  "muller",
  "zoe",
  "zoe acme example",
  "zoe muller",
];
const EXPECTED = {
  terms: [
    ...[...OF_ANN, "e 7", "7"].sort().map((term) => `home: ${term}`),
    ...[...OF_ANN, ...OF_ZOE].sort().map((term) => `other: ${term}`),
  ],
  group: "bucher",
};

test("the keys of members, guests and groups get the form of this version, and the next start needs one query", async () => {
  const { keys } = await makeStale();
  await rewriteSearchKeys(house.store, clock, STEPS, never);
  expect(await keys()).toEqual(EXPECTED);
  const { statements } = await countQueries(() => rewriteSearchKeys(house.store, clock, STEPS, never));
  expect(statements).toHaveLength(1);
});

test("a start after a stop at any step continues there", async () => {
  const { keys } = await makeStale();
  let steps = 0;
  for (let isDone = false; !isDone;) {
    const stopping = new AbortController();
    isDone = true;
    const stopped = STEPS.map((step): RewriteKeys => async (unit, after, most) => {
      isDone = false;
      steps += 1;
      stopping.abort();
      return await step(unit, after, most);
    });
    await rewriteSearchKeys(house.store, clock, stopped, stopping.signal);
  }
  expect(await keys()).toEqual(EXPECTED);
  const organizations = Number(
    (await house.store.reader.row<{ n: number }>("SELECT COUNT(*) AS n FROM organization"))?.n,
  );
  const memberships = Number((await house.store.reader.row<{ n: number }>("SELECT COUNT(*) AS n FROM membership"))?.n);
  const groups = Number((await house.store.reader.row<{ n: number }>("SELECT COUNT(*) AS n FROM user_group"))?.n);
  // Each row and each organization is one step, and so is the end of each table.
  expect(steps).toBe(organizations + memberships + groups + 2);
});

test("a step that fails changes nothing, and is repeated at the next start", async () => {
  const { keys } = await makeStale();
  const before = await keys();
  const failing: RewriteKeys = async (unit, after, most) => {
    for (let at: string | null = after; at !== null;) at = await rewriteTerms(unit, at, most);
    throw new Error("the plug was pulled");
  };
  await expect(rewriteSearchKeys(house.store, clock, [failing, rewriteNameKeys], never)).rejects.toThrow(
    "the plug was pulled",
  );
  expect(await keys()).toEqual(before);
  await rewriteSearchKeys(house.store, clock, STEPS, never);
  expect(await keys()).toEqual(EXPECTED);
});

test("replicas that start at once share the work", async () => {
  const { keys } = await makeStale();
  let steps = 0;
  const counted = STEPS.map((step): RewriteKeys => async (unit, after, most) => {
    steps += 1;
    return await step(unit, after, most);
  });
  await rewriteSearchKeys(house.store, clock, counted, never);
  const alone = steps;
  await house.inUnit((unit) => unit.execute("DELETE FROM installation WHERE id = 'search-keys'"));
  await Promise.all([1, 2, 3].map(() => rewriteSearchKeys(house.store, clock, counted, never)));
  expect(await keys()).toEqual(EXPECTED);
  // A unit that is retried counts twice.
  expect(steps - alone).toBeGreaterThanOrEqual(alone);
  expect(steps - alone).toBeLessThan(alone * 2);
});

test("a person who is renamed before the rewriting is found by the new name", async () => {
  const { zoe, keys } = await makeStale();
  // An earlier version wrote `acme`, which is also a term of the new name.
  await updateUser(house.store, OPERATOR, { id: zoe, lastName: "Acme" });
  await rewriteSearchKeys(house.store, clock, STEPS, never);
  expect((await keys()).terms).toEqual(expect.arrayContaining(["other: acme", "other: zoe acme"]));
  expect((await keys()).terms).not.toContain("other: muller");
});

test("a second round after an hour rewrites keys that replicas of the previous version have written, once", async () => {
  await rewriteSearchKeys(house.store, clock, STEPS, never);
  const { keys } = await makeStale();
  const stale = await keys();
  const end = house.clock.now.getTime();
  const after = async (milliseconds: number) => {
    house.clock.now = new Date(end + milliseconds);
    return (await countQueries(() => rewriteSearchKeys(house.store, clock, STEPS, never))).statements.length;
  };
  expect(await after(3_599_999)).toBe(1);
  expect(await keys()).toEqual(stale);
  expect(await after(3_600_000)).toBeGreaterThan(1);
  expect(await keys()).toEqual(EXPECTED);
  expect(await after(100_000_000)).toBe(1);
});

test("the progress of a newer version stays unchanged", async () => {
  const { keys } = await makeStale();
  const before = await keys();
  await house.inUnit((unit) =>
    unit.execute("INSERT INTO installation (id, settings, version, updated_at) VALUES ('search-keys', ?, 1, ?)", [
      JSON.stringify({ form: 1_000_000, place: 0, after: "" }),
      unit.now,
    ]),
  );
  await rewriteSearchKeys(house.store, clock, STEPS, never);
  expect(await keys()).toEqual(before);
});
