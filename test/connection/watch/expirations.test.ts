/** When to warn of what expires: each threshold once, and after a pause only the nearest. */
import { describe, expect, test } from "@jest/globals";
import {
  listPresent,
  nextWarning,
  watchExpirations,
  type WatchedExpiration,
} from "../../../src/connection/watch/expirations.js";
import type { Expiration } from "../../../src/connection/contract/index.js";

const EXPIRES = new Date("2027-03-01T12:00:00.000Z");
const before = (days: number) => new Date(EXPIRES.getTime() - days * 86_400_000);
const CERTIFICATE: Expiration = { kind: "CERTIFICATE", name: "AA:BB", expiresAt: EXPIRES };
const SECRET: Expiration = { kind: "CLIENT_SECRET", name: "clientSecret", expiresAt: EXPIRES };

/** Looks several times. Each look continues from the result of the previous one. Returns the warnings of each look. */
function look(moments: readonly Date[], things: (moment: Date) => readonly Expiration[] = () => [CERTIFICATE]) {
  let known: readonly WatchedExpiration[] = [];
  return moments.map((moment) => {
    const { watched, warnings } = watchExpirations(things(moment), known, () => null, moment);
    known = JSON.parse(JSON.stringify(watched)) as WatchedExpiration[];
    return warnings.map(({ daysBefore }) => daysBefore);
  });
}

describe("a warning", () => {
  test("is due at 60, 30, 7 and 1 days before, each once", () => {
    const days = [61, 60, 59, 31, 30, 29, 8, 7, 6, 2, 1, 0.5, 0, -1];
    expect(look(days.map(before))).toEqual([[], [60], [], [], [30], [], [], [7], [], [], [1], [], [], []]);
  });

  test("is only the nearest one after a pause over several", () => {
    expect(look([before(90), before(5), before(4)])).toEqual([[], [7], []]);
    expect(look([before(20), before(10), before(3)])).toEqual([[30], [], [7]]);
    expect(look([before(40), before(-2), before(-3)])).toEqual([[60], [1], []]);
  });

  test("is not sent for what had expired when it was first seen", () => {
    expect(look([before(-1), before(-2)])).toEqual([[], []]);
  });

  test("is sent anew for a replaced certificate, and not again for one that comes back", () => {
    const other: Expiration = { ...CERTIFICATE, name: "CC:DD" };
    const things = (moment: Date) => (moment.getTime() === before(28).getTime() ? [other] : [CERTIFICATE]);
    expect(look([before(29), before(28), before(27)], things)).toEqual([[30], [30], []]);
  });

  test("is sent anew for a replaced secret with the same date, and for a corrected date", () => {
    const first = watchExpirations([SECRET], [], () => "2026-01-01T00:00:00.000Z", before(20));
    expect(first.warnings).toHaveLength(1);
    const replaced = watchExpirations([SECRET], first.watched, () => "2027-02-09T00:00:00.000Z", before(19));
    expect(replaced.warnings).toMatchObject([{ daysBefore: 30 }]);
    const corrected = { ...SECRET, expiresAt: new Date(EXPIRES.getTime() + 1) };
    const after = watchExpirations([corrected], replaced.watched, () => "2027-02-09T00:00:00.000Z", before(18));
    expect(after.warnings).toMatchObject([
      { daysBefore: 30, expiration: { expiresAt: corrected.expiresAt.toISOString() } },
    ]);
  });
});

describe("what is kept", () => {
  test("forgets what is gone once it has expired, and never grows beyond its bound", () => {
    const many = Array.from({ length: 150 }, (_, index) => ({ ...CERTIFICATE, name: `cert-${index}` }));
    const { watched } = watchExpirations(many, [], () => null, before(90));
    expect(watched).toHaveLength(100);
    const left = watchExpirations([CERTIFICATE], watched, () => null, before(80)).watched;
    expect(left).toHaveLength(100);
    expect(listPresent(left)).toEqual([CERTIFICATE]);
    expect(watchExpirations([], left, () => null, before(-1)).watched).toEqual([]);
  });

  test("says when the next warning is due, without what is gone", () => {
    const { watched } = watchExpirations([CERTIFICATE], [], () => null, before(40));
    expect(nextWarning(watched, before(40))).toEqual(before(30));
    expect(nextWarning(watched, before(30))).toEqual(before(7));
    expect(nextWarning(watched, before(0.5))).toBeNull();
    expect(nextWarning(watchExpirations([], watched, () => null, before(39)).watched, before(39))).toBeNull();
  });
});
