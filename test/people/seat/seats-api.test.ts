/** Billing cycles, seats over GraphQL, and settling seats whose cycle has ended. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { lockOrganization } from "../../../src/people/organization/organization.repository.js";
import type { BillingAnchor } from "../../../src/people/organization/policies.js";
import { billingCycleAt } from "../../../src/people/seat/billing-cycle.js";
import { takeSeat, useSeat, type SeatUse } from "../../../src/people/seat/seat.changes.js";
import type { SeatModel } from "../../../src/people/seat/seat.js";
import { settleEndedSeats } from "../../../src/people/seat/settle-seats.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn, type House } from "../../support/house.js";

describe("a billing cycle", () => {
  const monthly = (day = 1): BillingAnchor => ({ cycle: "MONTH", day, month: 1 });
  const yearly = (day: number, month: number): BillingAnchor => ({ cycle: "YEAR", day, month });
  const cases: readonly [string, string, string, BillingAnchor, string, string][] = [
    ["in UTC", "UTC", "2026-11-23T09:00:00.000Z", monthly(), "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"],
    // Sydney: UTC+11 until 5 April 2026, then UTC+10.
    [
      "over the end of Sydney's summer",
      "Australia/Sydney",
      "2026-04-20T12:00:00.000Z",
      monthly(),
      "2026-03-31T13:00:00.000Z",
      "2026-04-30T14:00:00.000Z",
    ],
    [
      "from its first moment on in Sydney",
      "Australia/Sydney",
      "2026-03-31T13:00:00.000Z",
      monthly(),
      "2026-03-31T13:00:00.000Z",
      "2026-04-30T14:00:00.000Z",
    ],
    [
      "until just before the next in Sydney",
      "Australia/Sydney",
      "2026-03-31T12:59:59.999Z",
      monthly(),
      "2026-02-28T13:00:00.000Z",
      "2026-03-31T13:00:00.000Z",
    ],
    // Berlin: UTC+1 until 29 March 2026, then UTC+2.
    [
      "over the beginning of Berlin's summer",
      "Europe/Berlin",
      "2026-03-29T01:30:00.000Z",
      monthly(),
      "2026-02-28T23:00:00.000Z",
      "2026-03-31T22:00:00.000Z",
    ],
    [
      "of a year in Berlin that begins in summer",
      "Europe/Berlin",
      "2026-06-30T21:59:59.999Z",
      yearly(1, 7),
      "2025-06-30T22:00:00.000Z",
      "2026-06-30T22:00:00.000Z",
    ],
    // New York: UTC-4 until 1 November 2026 at two in the morning, then UTC-5.
    [
      "that begins on the day of New York's change",
      "America/New_York",
      "2026-11-01T05:30:00.000Z",
      monthly(),
      "2026-11-01T04:00:00.000Z",
      "2026-12-01T05:00:00.000Z",
    ],
    [
      "on New Year's Eve in New York, while it is January in UTC",
      "America/New_York",
      "2027-01-01T03:00:00.000Z",
      monthly(),
      "2026-12-01T05:00:00.000Z",
      "2027-01-01T05:00:00.000Z",
    ],
    // Kathmandu: UTC+5:45 all year.
    [
      "on the fifteenth in Kathmandu",
      "Asia/Kathmandu",
      "2026-11-14T18:14:59.999Z",
      monthly(15),
      "2026-10-14T18:15:00.000Z",
      "2026-11-14T18:15:00.000Z",
    ],
    [
      "of a year over New Year in Kathmandu",
      "Asia/Kathmandu",
      "2026-02-10T00:00:00.000Z",
      yearly(28, 2),
      "2025-02-27T18:15:00.000Z",
      "2026-02-27T18:15:00.000Z",
    ],
    // Cairo sets its clocks forward at midnight of 24 April 2026, so that day begins at one.
    [
      "on a day without midnight",
      "Africa/Cairo",
      "2026-04-24T06:00:00.000Z",
      monthly(24),
      "2026-04-23T22:00:00.000Z",
      "2026-05-23T21:00:00.000Z",
    ],
    // Havana sets its clocks back from one to midnight on 1 November 2026, so that day has two midnights.
    [
      "on a day with two midnights",
      "America/Havana",
      "2026-11-01T04:30:00.000Z",
      monthly(),
      "2026-11-01T04:00:00.000Z",
      "2026-12-01T05:00:00.000Z",
    ],
  ];
  test.each(cases)("%s", (_name, timeZone, moment, anchor, startsAt, endsAt) => {
    const cycle = billingCycleAt(new Date(moment), anchor, timeZone);
    expect({ startsAt: cycle.startsAt.toISOString(), endsAt: cycle.endsAt.toISOString() }).toEqual({
      startsAt,
      endsAt,
    });
  });

  test("follows the one before without a gap, in every zone and month", () => {
    for (const timeZone of ["Australia/Sydney", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
      for (const anchor of [monthly(), monthly(28), yearly(1, 4), yearly(28, 10)]) {
        let { endsAt } = billingCycleAt(new Date("2025-12-31T23:59:59.999Z"), anchor, timeZone);
        for (let count = 0; count < 24; count += 1) {
          const next = billingCycleAt(endsAt, anchor, timeZone);
          expect(next.startsAt).toEqual(endsAt);
          expect(billingCycleAt(new Date(next.endsAt.getTime() - 1), anchor, timeZone)).toEqual(next);
          endsAt = next.endsAt;
        }
      }
  });
});

const house = useHouse();
beforeEach(() => {
  house.clock.now = new Date("2026-11-23T09:00:00.000Z");
});

const END = new Date("2026-12-01T00:00:00.000Z");
const USED: SeatUse = { usedAt: new Date("2026-11-23T09:00:00.000Z"), cycleEndsAt: END };

async function situation(seatModel: SeatModel, users: number) {
  const { id: organizationId } = await makeOrganization(house);
  await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats: 5, policies: { seatModel } });
  const userIds: string[] = [];
  for (let index = 0; index < users; index += 1)
    userIds.push((await makeUser(house, organizationId, { email: `seated-${index}@example.com` })).id);
  const take = (userId: string, use?: SeatUse) =>
    house.inUnit(async (unit) => takeSeat(unit, (await lockOrganization(unit, organizationId))!, userId, use));
  const use = (userId: string) =>
    house.inUnit(async (unit) => useSeat(unit, (await lockOrganization(unit, organizationId))!, userId));
  const disable = (userId: string) =>
    house.inUnit((unit) => unit.execute("UPDATE app_user SET status = 'DISABLED' WHERE id = ?", [userId]));
  const settleAt = async (moment: string) => {
    house.clock.now = new Date(moment);
    await settleEndedSeats(house.store, house.clock.now);
  };
  const seats = async () => (await house.ask(OPERATOR, SEATS, { org: organizationId })).data.seats;
  const events = async () =>
    (
      await house.database.reader.rows<{ type: string; data: string }>(
        "SELECT type, data FROM event WHERE organization_id = ? AND subject_type = 'seat' ORDER BY sequence",
        [organizationId],
      )
    ).map(({ type, data }) => [type, JSON.parse(data).seat.userId, JSON.parse(data).seat.seatsInUse]);
  return { organizationId, userIds, take, use, disable, settleAt, seats, events };
}

const SEATS = `query ($org: ID!, $first: Int, $after: String) { seats(organizationId: $org) { seatsInUse totalSeats
  holders(first: $first, after: $after) { nodes { user { id role { key } } assignedAt usedAt cycleEndsAt }
    totalCount pageInfo { hasNextPage endCursor } } } }`;

describe("seats", () => {
  test("list their holders page by page, in as many queries for many as for few", async () => {
    const { organizationId, userIds, take } = await situation("TRAINING_START", 3);
    for (const userId of userIds) await take(userId, USED);
    const ask = async (first: number, after: string | null = null) =>
      await countQueries(() => house.ask(OPERATOR, SEATS, { org: organizationId, first, after }));
    const first = await ask(2);
    expect(first.result.data.seats).toEqual({
      seatsInUse: 3,
      totalSeats: 5,
      holders: {
        nodes: userIds.slice(0, 2).map((id) => ({
          user: { id, role: { key: "USER" } },
          assignedAt: "2026-11-23T09:00:00.000Z",
          usedAt: "2026-11-23T09:00:00.000Z",
          cycleEndsAt: END.toISOString(),
        })),
        totalCount: 3,
        pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
      },
    });
    const { result, statements } = await ask(2, first.result.data.seats.holders.pageInfo.endCursor);
    expect(result.data.seats.holders.nodes.map((node: { user: { id: string } }) => node.user.id)).toEqual([userIds[2]]);
    expect(statements).toHaveLength(5);
    expect(first.statements).toHaveLength(5);
  });

  test("are counted for callers who may see users or training, and listed for callers who may see users", async () => {
    const { organizationId } = await situation("NONE", 0);
    const { id: elsewhere } = await makeOrganization(house);
    const count = `query ($org: ID!) { seats(organizationId: $org) { seatsInUse totalSeats } }`;
    const codes = async (caller: Parameters<House["ask"]>[0], document: string) =>
      (await house.ask(caller, document, { org: organizationId })).codes;
    for (const permission of ["USERS_READ", "TRAINING_READ"] as const)
      expect(await codes(keyOf(organizationId, permission), count)).toEqual([]);
    expect(await codes(keyOf(organizationId, "USERS_READ"), SEATS)).toEqual([]);
    expect(await codes(keyOf(organizationId, "TRAINING_READ"), SEATS)).toEqual(["FORBIDDEN"]);
    expect(await codes(personIn(organizationId, "plain", ["GROUPS_READ"]), count)).toEqual(["FORBIDDEN"]);
    expect(await codes(personIn(elsewhere, "administrator"), count)).toEqual(["NOT_FOUND"]);
    expect(await codes(ANONYMOUS, count)).toEqual(["UNAUTHENTICATED"]);
    expect((await house.ask(OPERATOR, count, { org: "nowhere" })).codes).toEqual(["NOT_FOUND"]);
  });

  test("stay taken if the plan is reduced, and new ones wait until enough are free", async () => {
    const { organizationId, userIds, take, seats } = await situation("TRAINING_START", 3);
    await take(userIds[0]!, USED);
    await take(userIds[1]!, USED);
    await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats: 1 });
    expect(await seats()).toMatchObject({ seatsInUse: 2, totalSeats: 1 });
    expect(await take(userIds[2]!, USED)).toBe("FULL");
    await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats: null });
    expect(await take(userIds[2]!, USED)).toBe("TAKEN");
  });
});

describe("starting training", () => {
  test("uses the user's seat, or takes a free one, until the end of the cycle", async () => {
    const { organizationId, userIds, use, seats, events } = await situation("TRAINING_START", 2);
    const [first, second] = userIds as [string, string];
    const policies = { billingAnchor: { day: 15 } };
    await updateOrganization(house.store, OPERATOR, organizationId, {
      totalSeats: 1,
      timeZone: "Asia/Kathmandu",
      policies,
    });
    expect(await use(first)).toBe("USED");
    const held = {
      seatsInUse: 1,
      holders: { nodes: [{ usedAt: "2026-11-23T09:00:00.000Z", cycleEndsAt: "2026-12-14T18:15:00.000Z" }] },
    };
    expect(await seats()).toMatchObject(held);
    expect(await use(second)).toBe("FULL");
    house.clock.now = new Date("2026-12-14T18:14:59.999Z");
    expect(await use(first)).toBe("USED");
    expect(await seats()).toMatchObject(held);
    // The next cycle has begun. The seats of the last cycle are not settled yet.
    house.clock.now = new Date("2026-12-14T18:15:00.000Z");
    expect(await use(first)).toBe("USED");
    expect(await seats()).toMatchObject({
      seatsInUse: 1,
      holders: { nodes: [{ usedAt: "2026-12-14T18:15:00.000Z", cycleEndsAt: "2027-01-14T18:15:00.000Z" }] },
    });
    expect((await events()).map(([type]) => type)).toEqual(["seat.assigned", "seat.limit_reached"]);
  });

  test("by many users at once gives the free seat to one", async () => {
    const { organizationId, userIds, use, seats } = await situation("TRAINING_START", 6);
    await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats: 1 });
    const answers = await Promise.all(userIds.map(use));
    expect(answers.toSorted()).toEqual(["FULL", "FULL", "FULL", "FULL", "FULL", "USED"]);
    expect(await seats()).toMatchObject({ seatsInUse: 1, holders: { totalCount: 1 } });
  });

  test("needs no seat without a seat model", async () => {
    const { userIds, use, seats } = await situation("NONE", 1);
    expect(await use(userIds[0]!)).toBe("UNCOUNTED");
    expect(await seats()).toMatchObject({ seatsInUse: 0 });
  });
});

describe("seats whose cycle has ended", () => {
  test("become free at its end, once, even if several replicas settle at once", async () => {
    const { userIds, take, settleAt, seats, events } = await situation("TRAINING_START", 3);
    await take(userIds[0]!, USED);
    await take(userIds[1]!, { ...USED, cycleEndsAt: new Date("2027-01-01T00:00:00.000Z") });
    await take(userIds[2]!, USED);
    const before = await events();
    await settleAt("2026-11-30T23:59:59.999Z");
    expect(await seats()).toMatchObject({ seatsInUse: 3 });
    house.clock.now = END;
    await Promise.all(Array.from({ length: 5 }, () => settleEndedSeats(house.store, END)));
    const { seatsInUse, holders } = await seats();
    expect([seatsInUse, holders.nodes.map((node: { user: { id: string } }) => node.user.id)]).toEqual([
      1,
      [userIds[1]],
    ]);
    expect((await events()).slice(before.length)).toEqual([
      ["seat.released", userIds[0], 2],
      ["seat.released", userIds[2], 1],
    ]);
    expect(await take(userIds[0]!, { usedAt: END, cycleEndsAt: new Date("2027-01-01T00:00:00.000Z") })).toBe("TAKEN");
  });

  test("stay with active users under ACTIVE_USER, unused, and become free for all others", async () => {
    const { organizationId, userIds, use, disable, settleAt, seats, events } = await situation("ACTIVE_USER", 3);
    const [active, disabled, gone] = userIds as [string, string, string];
    for (const userId of userIds) expect(await use(userId)).toBe("USED");
    await disable(disabled);
    await house.inUnit((unit) =>
      unit.execute("DELETE FROM membership WHERE organization_id = ? AND user_id = ?", [organizationId, gone]),
    );
    expect((await seats()).holders.nodes.map((node: { user: { id: string } | null }) => node.user?.id)).toEqual([
      active,
      disabled,
      undefined,
    ]);
    const before = await events();
    await settleAt("2026-12-01T00:00:30.000Z");
    expect(await seats()).toMatchObject({
      seatsInUse: 1,
      holders: { nodes: [{ user: { id: active }, usedAt: null, cycleEndsAt: null }] },
    });
    expect((await events()).slice(before.length).map(([type, userId]) => [type, userId])).toEqual([
      ["seat.released", disabled],
      ["seat.released", gone],
    ]);
    await settleAt("2027-12-01T00:00:30.000Z");
    expect(await seats()).toMatchObject({ seatsInUse: 1 });
  });

  test("include unused seats after a change from ACTIVE_USER", async () => {
    const { organizationId, userIds, use, settleAt, seats } = await situation("ACTIVE_USER", 2);
    await use(userIds[1]!);
    await settleAt("2026-11-23T10:00:00.000Z");
    expect(await seats()).toMatchObject({ seatsInUse: 2 });
    await updateOrganization(house.store, OPERATOR, organizationId, { policies: { seatModel: "TRAINING_START" } });
    await settleAt("2026-11-23T10:00:00.000Z");
    expect(await seats()).toMatchObject({ seatsInUse: 1, holders: { nodes: [{ user: { id: userIds[1] } }] } });
  });

  test("are all settled if they are more than one unit of work takes", async () => {
    const { organizationId, userIds, take, settleAt, seats } = await situation("TRAINING_START", 1);
    await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats: null });
    await take(userIds[0]!, USED);
    await house.inUnit(async (unit) => {
      for (let index = 0; index < 120; index += 1)
        await unit.execute(
          `INSERT INTO app_user (id, home_organization_id, email, email_key, first_name, first_name_key, last_name, last_name_key,
             full_name, status, auth_method, version, created_at, updated_at)
           SELECT ?, home_organization_id, email, email_key, first_name, first_name_key, last_name, last_name_key,
             full_name, status, auth_method, version, created_at, updated_at FROM app_user WHERE id = ?`,
          [`extra-${index}-${organizationId.slice(-12)}`, userIds[0]!],
        );
    });
    for (let index = 0; index < 120; index += 1) await take(`extra-${index}-${organizationId.slice(-12)}`, USED);
    expect(await seats()).toMatchObject({ seatsInUse: 121 });
    await settleAt("2026-12-01T00:00:00.000Z");
    expect(await seats()).toMatchObject({ seatsInUse: 0 });
  });
});
