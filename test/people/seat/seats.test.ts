/** Seats: the effect of a full plan, and taking and releasing seats, which concurrent requests never exceed. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { findOrganization, lockOrganization } from "../../../src/people/organization/organization.repository.js";
import { findHeldSeat, findSeatHolders, releaseSeat, takeSeat } from "../../../src/people/seat/seat.changes.js";
import {
  decideSeat,
  SEAT_MODELS,
  SEATS_FULL_POLICIES,
  type SeatModel,
  type SeatsFullPolicy,
} from "../../../src/people/seat/seat.js";
import { makeOrganization, makeUser, useHouse } from "../../support/house.js";

describe("an account that becomes active", () => {
  it.each<[SeatModel, SeatsFullPolicy, string, string]>([
    ["NONE", "BLOCK_TRAINING", "WITHOUT", "WITHOUT"],
    ["NONE", "DENY_PROVISIONING", "WITHOUT", "WITHOUT"],
    ["TRAINING_START", "BLOCK_TRAINING", "WITHOUT", "WITHOUT"],
    ["TRAINING_START", "DENY_PROVISIONING", "WITHOUT", "REFUSE"],
    ["ACTIVE_USER", "BLOCK_TRAINING", "TAKE", "WITHOUT"],
    ["ACTIVE_USER", "DENY_PROVISIONING", "TAKE", "REFUSE"],
  ])("%s and %s: %s, and %s once it is full", (seatModel, seatsFull, free, full) => {
    const decide = (totalSeats: number | null, seatsInUse: number) =>
      decideSeat({ seatModel, seatsFull, totalSeats, seatsInUse });
    for (const [total, inUse] of [
      [null, 0],
      [null, 1_000_000],
      [1, 0],
      [10, 9],
    ] as const)
      expect(decide(total, inUse)).toBe(free);
    for (const [total, inUse] of [
      [0, 0],
      [1, 1],
      [1, 2],
      [10, 10],
    ] as const)
      expect(decide(total, inUse)).toBe(full);
  });

  it("never takes a seat beyond the plan", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SEAT_MODELS),
        fc.constantFrom(...SEATS_FULL_POLICIES),
        fc.nat(5),
        fc.nat(5),
        (seatModel, seatsFull, totalSeats, seatsInUse) => {
          const decision = decideSeat({ seatModel, seatsFull, totalSeats, seatsInUse });
          if (decision === "TAKE") expect(seatsInUse).toBeLessThan(totalSeats);
          if (decision === "REFUSE") expect(seatsInUse).toBeGreaterThanOrEqual(totalSeats);
        },
      ),
    );
  });
});

describe("the seats of an organization", () => {
  const house = useHouse();

  /** An organization with this number of seats and users. */
  async function makePlan(totalSeats: number | null, users: number) {
    const { id } = await makeOrganization(house);
    const userIds: string[] = [];
    for (let number = 0; number < users; number += 1) {
      const { id: userId } = await makeUser(house, id, { email: `person-${number}@example.com` });
      userIds.push(userId);
    }
    await within(id, (unit) => unit.execute("UPDATE organization SET total_seats = ? WHERE id = ?", [totalSeats, id]));
    return { id, userIds };
  }

  async function within<T>(organizationId: string, work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    return await house.inUnit(async (unit) => {
      await lockOrganization(unit, organizationId);
      return await work(unit);
    });
  }

  const take = async (id: string, userId: string) =>
    await within(id, async (unit) => await takeSeat(unit, (await lockOrganization(unit, id))!, userId));
  const release = async (id: string, userId: string) =>
    await within(id, async (unit) => await releaseSeat(unit, (await lockOrganization(unit, id))!, userId));

  /** The organization's own count of seats, the number of seat rows, and the events. */
  async function look(id: string) {
    const { reader } = house.database;
    const row = await reader.row<{ seats_in_use: number }>("SELECT seats_in_use FROM organization WHERE id = ?", [id]);
    const held = await reader.row<{ total: number }>(
      "SELECT COUNT(*) AS total FROM seat WHERE organization_id = ? AND active_key IS NOT NULL AND released_at IS NULL",
      [id],
    );
    const told = await reader.rows<{ type: string }>(
      "SELECT type FROM event WHERE organization_id = ? AND type LIKE 'seat.%' ORDER BY sequence",
      [id],
    );
    return { inUse: Number(row?.seats_in_use), held: Number(held?.total), told: told.map(({ type }) => type.slice(5)) };
  }

  it("are never exceeded by many requests at once", async () => {
    const { id, userIds } = await makePlan(3, 12);
    const outcomes = await Promise.all(userIds.map((userId) => take(id, userId)));
    expect(outcomes.filter((outcome) => outcome === "TAKEN")).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === "FULL")).toHaveLength(9);
    expect(await look(id)).toEqual({ inUse: 3, held: 3, told: ["assigned", "assigned", "assigned", "limit_reached"] });
  });

  it("are one per user, also for requests at once", async () => {
    const { id, userIds } = await makePlan(5, 1);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => take(id, userIds[0]!)));
    expect(outcomes.toSorted()).toEqual(["HELD", "HELD", "HELD", "HELD", "TAKEN"]);
    expect(await look(id)).toEqual({ inUse: 1, held: 1, told: ["assigned"] });
  });

  it("become free once, and go to the next user", async () => {
    const { id, userIds } = await makePlan(1, 2);
    const [ada, grace] = userIds as [string, string];
    expect(await take(id, ada)).toBe("TAKEN");
    expect(await take(id, grace)).toBe("FULL");
    await Promise.all([release(id, ada), release(id, ada), release(id, ada)]);
    expect(await look(id)).toEqual({ inUse: 0, held: 0, told: ["assigned", "limit_reached", "released"] });
    expect(await take(id, grace)).toBe("TAKEN");
    await within(id, async (unit) => {
      expect(await findHeldSeat(unit, id, ada)).toBeNull();
      expect(await findSeatHolders(unit, id, [ada, grace])).toEqual(new Set([grace]));
    });
    expect(await take(id, ada)).toBe("FULL");
  });

  it("are counted without a limit, and for each organization separately", async () => {
    const { id, userIds } = await makePlan(null, 2);
    const { id: other } = await makePlan(0, 0);
    for (const userId of userIds) expect(await take(id, userId)).toBe("TAKEN");
    expect(await take(other, userIds[0]!)).toBe("FULL");
    expect(await look(id)).toEqual({ inUse: 2, held: 2, told: ["assigned", "assigned"] });
    expect(await look(other)).toEqual({ inUse: 0, held: 0, told: [] });
    expect((await findOrganization(house.database.reader, null, id))?.totalSeats).toBeNull();
  });
});
