/** Scalars: times with an offset (RFC 3339), bounds of time ranges, and JSON. */
import { GraphQLScalarType, Kind, type ValueNode } from "graphql";
import { BOUND_FORMS, parseTimeBound, type TimeBound } from "../time-range.js";

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** A time. It is written in UTC with milliseconds. A time without an offset is refused. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description:
    "A moment as ISO 8601 with an offset, such as `2026-11-23T09:15:04.120Z`. Answers are in UTC with milliseconds; inputs may have any offset.",
  specifiedByURL: "https://datatracker.ietf.org/doc/html/rfc3339",
  serialize: (value) => {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
      throw new TypeError("A DateTime field resolved to something that is not a valid Date.");
    }
    return value.toISOString();
  },
  parseValue: readMoment,
  parseLiteral: (node) => readMoment(node.kind === Kind.STRING ? node.value : null),
});

function readMoment(value: unknown): Date {
  const parts = typeof value === "string" ? MOMENT.exec(value) : null;
  const moment = parts === null ? null : new Date(parts[0]);
  // `new Date` reads the 31st of June as the first of July.
  if (
    parts === null ||
    moment === null ||
    Number.isNaN(moment.getTime()) ||
    !isDayOfCalendar(parts) ||
    !isKeepable(moment)
  ) {
    throw new TypeError("A DateTime is written like 2026-11-23T09:15:04.120Z or 2026-11-23T10:15:04+01:00.");
  }
  return moment;
}

/** An offset can move a time to a year that has more or fewer than four digits. Databases cannot store such a year. */
function isKeepable(moment: Date): boolean {
  const year = moment.getUTCFullYear();
  return year >= 0 && year <= 9999;
}

function isDayOfCalendar([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** The beginning or end of a time range: a day, a time in the organization's zone, or a time with an offset. Input only. */
export const TimeBoundScalar = new GraphQLScalarType<TimeBound, never>({
  name: "TimeBound",
  description:
    "Where a range of time begins or ends. A day, `2026-10-04`, is the whole day in the organization's time zone, also as `to`. A time without an offset, `2026-10-04T09:00`, is a local time in that zone. If it occurs twice because clocks are put back, the first counts. If it is skipped because clocks are put forward, it is moved on by the skipped time. A time with an offset is `2026-10-04T09:00:00+02:00`. A range includes the time in `from` and excludes the time in `to`.",
  specifiedByURL: "https://datatracker.ietf.org/doc/html/rfc3339",
  serialize: () => {
    throw new TypeError("A TimeBound can only be an input.");
  },
  parseValue: readBound,
  parseLiteral: (node) => readBound(node.kind === Kind.STRING ? node.value : null),
});

function readBound(value: unknown): TimeBound {
  const bound = typeof value === "string" ? parseTimeBound(value) : null;
  if (bound === null)
    throw new TypeError(`A TimeBound is a day or a time of the calendar, written like ${BOUND_FORMS}.`);
  return bound;
}

/** Any JSON value, such as the attributes of a provider or the data of an event. */
export const JsonScalar = new GraphQLScalarType<unknown>({
  name: "JSON",
  description: "Any JSON value: an object, a list, a string, a number, a boolean or null.",
  specifiedByURL: "https://datatracker.ietf.org/doc/html/rfc8259",
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: readLiteral,
});

function readLiteral(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => readLiteral(item, variables));
    case Kind.OBJECT:
      // Without a prototype, so that `__proto__` is an ordinary key.
      return Object.assign(
        Object.create(null) as object,
        Object.fromEntries(node.fields.map(({ name, value }) => [name.value, readLiteral(value, variables)])),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value];
  }
}
