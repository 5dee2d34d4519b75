/** Time ranges in the time zones of organizations, compared with handwritten ranges in UTC. */
import { describe, expect, test } from "@jest/globals";
import { graphql, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import { Failure } from "../../src/platform/errors/failure.js";
import { InputCheck } from "../../src/platform/errors/input.js";
import { TimeBoundScalar } from "../../src/platform/graphql/scalars.js";
import { openRange, parseTimeBound } from "../../src/platform/time-range.js";

function rangeOf(from: string | null, to: string | null, timeZone: string) {
  const read = (text: string | null) => {
    const bound = text === null ? null : parseTimeBound(text);
    if (text !== null && bound === null) throw new Error(`${text} is not a bound`);
    return bound;
  };
  const check = new InputCheck();
  const range = openRange({ from: read(from), to: read(to) }, timeZone, check);
  check.finish();
  return `${range.from?.toISOString() ?? "…"} – ${range.until?.toISOString() ?? "…"}`;
}

const SYDNEY = "Australia/Sydney";
const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
const KATHMANDU = "Asia/Kathmandu";

test.each<[string, string | null, string | null, string, string]>([
  // Clocks in Sydney go from +10:00 to +11:00 on 4 October 2026 at two, and back on 5 April 2026 at three.
  ["the day of 23 hours", "2026-10-04", "2026-10-04", SYDNEY, "2026-10-03T14:00:00.000Z – 2026-10-04T13:00:00.000Z"],
  ["the day of 25 hours", "2026-04-05", "2026-04-05", SYDNEY, "2026-04-04T13:00:00.000Z – 2026-04-05T14:00:00.000Z"],
  ["an ordinary week", "2026-06-01", "2026-06-07", SYDNEY, "2026-05-31T14:00:00.000Z – 2026-06-07T14:00:00.000Z"],
  [
    "an offset of elsewhere",
    "2026-10-04T00:00:00+02:00",
    "2026-10-04T13:00:00Z",
    SYDNEY,
    "2026-10-03T22:00:00.000Z – 2026-10-04T13:00:00.000Z",
  ],
  [
    "a day and a moment",
    "2026-10-04",
    "2026-10-04T12:30:00+11:00",
    SYDNEY,
    "2026-10-03T14:00:00.000Z – 2026-10-04T01:30:00.000Z",
  ],
  // Berlin goes from +01:00 to +02:00 on 29 March 2026 at two, and back on 25 October 2026 at three.
  ["the day of 23 hours", "2026-03-29", "2026-03-29", BERLIN, "2026-03-28T23:00:00.000Z – 2026-03-29T22:00:00.000Z"],
  ["the day of 25 hours", "2026-10-25", "2026-10-25", BERLIN, "2026-10-24T22:00:00.000Z – 2026-10-25T23:00:00.000Z"],
  ["a year", "2026-01-01", "2026-12-31", BERLIN, "2025-12-31T23:00:00.000Z – 2026-12-31T23:00:00.000Z"],
  [
    "clocks in winter and in summer",
    "2026-02-01T09:00",
    "2026-07-01T09:00:00",
    BERLIN,
    "2026-02-01T08:00:00.000Z – 2026-07-01T07:00:00.000Z",
  ],
  [
    "a time that clocks skip",
    "2026-03-29T02:30",
    "2026-03-29T03:45",
    BERLIN,
    "2026-03-29T01:30:00.000Z – 2026-03-29T01:45:00.000Z",
  ],
  [
    "a time that clocks show twice",
    "2026-10-25T02:30",
    "2026-10-25T03:00",
    BERLIN,
    "2026-10-25T00:30:00.000Z – 2026-10-25T02:00:00.000Z",
  ],
  ["the second of two", "2026-10-25T02:30:00+01:00", null, BERLIN, "2026-10-25T01:30:00.000Z – …"],
  // New York goes from -05:00 to -04:00 on 8 March 2026 at two, and back on 1 November 2026 at two.
  ["the day of 23 hours", "2026-03-08", "2026-03-08", NEW_YORK, "2026-03-08T05:00:00.000Z – 2026-03-09T04:00:00.000Z"],
  ["the day of 25 hours", "2026-11-01", "2026-11-01", NEW_YORK, "2026-11-01T04:00:00.000Z – 2026-11-02T05:00:00.000Z"],
  [
    "a time that clocks show twice",
    "2026-11-01T01:30",
    "2026-11-01",
    NEW_YORK,
    "2026-11-01T05:30:00.000Z – 2026-11-02T05:00:00.000Z",
  ],
  [
    "over the end of a leap February",
    "2028-02-29",
    "2028-02-29",
    NEW_YORK,
    "2028-02-29T05:00:00.000Z – 2028-03-01T05:00:00.000Z",
  ],
  // Kathmandu is at +05:45 all year.
  ["a day", "2026-10-04", "2026-10-04", KATHMANDU, "2026-10-03T18:15:00.000Z – 2026-10-04T18:15:00.000Z"],
  [
    "its own offset",
    "2026-03-29T00:00:00+05:45",
    "2026-03-29",
    KATHMANDU,
    "2026-03-28T18:15:00.000Z – 2026-03-29T18:15:00.000Z",
  ],
  [
    "clocks with parts of a second",
    "2026-10-04T09:00:00.1",
    "2026-10-04T09:00:00.123456789",
    KATHMANDU,
    "2026-10-04T03:15:00.100Z – 2026-10-04T03:15:00.123Z",
  ],
  // São Paulo went from -03:00 to -02:00 on 4 November 2018 at midnight, so that day began at one.
  [
    "a day without midnight",
    "2018-11-04",
    "2018-11-04",
    "America/Sao_Paulo",
    "2018-11-04T03:00:00.000Z – 2018-11-05T02:00:00.000Z",
  ],
  ["without an end", "2026-10-04", null, "UTC", "2026-10-04T00:00:00.000Z – …"],
  ["without a beginning", null, "2026-12-31", "UTC", "… – 2027-01-01T00:00:00.000Z"],
  ["without bounds", null, null, "UTC", "… – …"],
])("%s: from %s to %s in %s", (_, from, to, timeZone, expected) => {
  expect(rangeOf(from, to, timeZone)).toBe(expected);
});

test("consecutive days neither overlap nor leave a gap, in every zone and over every change of clocks", () => {
  for (const timeZone of [SYDNEY, BERLIN, NEW_YORK, KATHMANDU]) {
    let end = "";
    for (let day = 1; day <= 365; day += 1) {
      const date = new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10);
      const [from = "", until = ""] = rangeOf(date, date, timeZone).split(" – ");
      if (end !== "") expect(from).toBe(end);
      end = until;
    }
  }
});

test.each([
  ["2026-10-04", "2026-10-03"],
  ["2026-10-05", "2026-10-03"],
  ["2026-10-04T09:00:00Z", "2026-10-04T09:00:00Z"],
  ["2026-10-04T09:00:00Z", "2026-10-04T10:00:00+02:00"],
  ["2026-10-04T09:00", "2026-10-04T08:59"],
])("the range from %s to %s is empty", (from, to) => {
  const ask = () => rangeOf(from, to, "UTC");
  expect(ask).toThrow(Failure);
  expect(ask).toThrow(/^to: must be after from/);
});

const WRONG: readonly unknown[] = [
  "",
  "yesterday",
  "2026",
  "2026-10",
  "2026-1-4",
  "04.10.2026",
  "2026-02-29",
  "2026-06-31",
  "2026-13-01",
  "2026-00-10",
  "2026-10-04T24:00",
  "2026-10-04T09",
  "2026-10-04 09:00",
  "2026-10-04T09:60",
  "2026-10-04T09:00:00+2",
  "2026-10-04T09:00:00+24:00",
  "2026-10-04T09:00:00 +02:00",
  "0000-00-00",
  "0026-10-04",
  "9999-12-31",
  "+012026-10-04",
  "2026-10-04\n",
  " 2026-10-04",
  "٢٠٢٦-١٠-٠٤",
  20261004,
  null,
  true,
];

describe("in GraphQL", () => {
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: {
        show: {
          type: GraphQLString,
          args: { at: { type: TimeBoundScalar } },
          resolve: (_source, { at }: { at: unknown }) => JSON.stringify(at),
        },
      },
    }),
  });
  const ask = async (at: unknown) =>
    await Promise.all([
      graphql({ schema, source: "query ($at: TimeBound!) { show(at: $at) }", variableValues: { at } }),
      graphql({ schema, source: `{ show(at: ${JSON.stringify(at)}) }` }),
    ]);

  test.each([
    ["2026-10-04", { kind: "DAY", day: { year: 2026, month: 10, day: 4 } }],
    ["2026-10-04T09:00", { kind: "CLOCK", shown: Date.UTC(2026, 9, 4, 9) }],
    ["2026-10-04T09:00:00-04:30", { kind: "MOMENT", moment: "2026-10-04T13:30:00.000Z" }],
  ])("%s is read from a variable and from the document", async (text, bound) => {
    for (const { data } of await ask(text)) expect(JSON.parse(String(data?.["show"]))).toEqual(bound);
  });

  test.each(WRONG)("%j is refused with the accepted forms", async (wrong) => {
    for (const { errors } of wrong === null ? [(await ask(wrong))[0]!] : await ask(wrong))
      expect(errors?.[0]?.message).toMatch(wrong === null ? /non-null type/ : /2026-10-04, 2026-10-04T09:00 or 2026-/);
  });
});
