/** Keyset pages equal a plain sort of the same rows, on SQLite in memory, in every direction and order. */
import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Dialect, Reader, SqlValue } from "../../../src/platform/database/database.js";
import { Failure } from "../../../src/platform/errors/failure.js";
import { pageByKeyset, type KeysetColumn } from "../../../src/platform/graphql/keyset.js";
import type { PageArgs, RowPage } from "../../../src/platform/graphql/paging.js";
import { loadSqlite } from "../../../src/platform/database/sqlite-library.js";
import { times } from "../../../testing/long.js";

const SqliteDatabase = await loadSqlite();

interface Person {
  id: string;
  name: string;
  age: number;
  joined: string;
  team: number;
}
type Order = readonly [KeysetColumn<Person>, ...KeysetColumn<Person>[]];

const database = new SqliteDatabase(":memory:");
database.exec(`CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT NOT NULL, age INTEGER NOT NULL, joined TEXT NOT NULL, team INTEGER NOT NULL);
  CREATE INDEX person_name ON person (team, name, id)`);
afterAll(() => void database.close());

const statements: { sql: string; parameters: readonly SqlValue[] }[] = [];
const bind = (value: SqlValue) => (value instanceof Date ? value.toISOString() : value);
/** The same database in both dialects, because SQLite accepts both forms of the comparison. */
const createReader = (dialect: Dialect): Reader => {
  const rows = async <Row>(sql: string, parameters: readonly SqlValue[] = []) => {
    statements.push({ sql, parameters });
    return database.prepare(sql).all(...parameters.map(bind)) as Row[];
  };
  return {
    dialect,
    rows,
    row: async <Row>(sql: string, parameters?: readonly SqlValue[]) => (await rows<Row>(sql, parameters))[0],
  };
};

const name = (direction: "ASC" | "DESC"): KeysetColumn<Person> => ({
  column: "p.name",
  direction,
  kind: "text",
  read: (row) => row.name,
});
const age = (direction: "ASC" | "DESC"): KeysetColumn<Person> => ({
  column: "p.age",
  direction,
  kind: "number",
  read: (row) => row.age,
});
const joined = (direction: "ASC" | "DESC"): KeysetColumn<Person> => ({
  column: "p.joined",
  direction,
  kind: "time",
  read: (row) => new Date(row.joined),
});
const id = (direction: "ASC" | "DESC"): KeysetColumn<Person> => ({
  column: "p.id",
  direction,
  kind: "text",
  read: (row) => row.id,
});
const ORDERS: readonly Order[] = [
  [id("ASC")],
  [id("DESC")],
  [name("ASC"), id("ASC")],
  [name("DESC"), id("DESC")],
  [name("DESC"), id("ASC")],
  [joined("DESC"), age("ASC"), id("DESC")],
  [age("ASC"), joined("ASC"), name("ASC"), id("ASC")],
];

const page = (order: Order, args: PageArgs, dialect: Dialect = "sqlite"): Promise<RowPage<Person>> =>
  pageByKeyset({
    reader: createReader(dialect),
    select: "p.*",
    from: "person p",
    where: { sql: "p.team = ? OR p.team = ?", parameters: [1, 2] },
    order,
    args,
  });

function fill(people: readonly Person[]): void {
  database.exec("DELETE FROM person");
  const insert = database.prepare("INSERT INTO person VALUES (@id, @name, @age, @joined, @team)");
  for (const person of people) {
    insert.run(person);
  }
}

function sortNaively(people: readonly Person[], order: Order): Person[] {
  return people
    .filter(({ team }) => team !== 3)
    .toSorted((left, right) => {
      for (const { read, direction } of order) {
        const [a, b] = [read(left), read(right)];
        if (a < b || a > b) {
          return a < b === (direction === "ASC") ? -1 : 1;
        }
      }
      return 0;
    });
}

const people = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ unit: fc.constantFrom("a", "b", "Z", "0", "-"), minLength: 1, maxLength: 6 }),
      name: fc.constantFrom("", "a", "A", "b", "ab", "a b", "'; --"),
      age: fc.integer({ min: -2, max: 2 }),
      joined: fc.constantFrom("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", "2025-12-31T23:59:59.999Z"),
      team: fc.integer({ min: 1, max: 3 }),
    }),
    { selector: (person) => person.id, maxLength: 25 },
  )
  .map((list) => list as Person[]);

describe("Keyset pages", () => {
  test("agree with a plain sort, forward and backward, for all rows, orders and sizes", async () => {
    await fc.assert(
      fc.asyncProperty(
        people,
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        fc.constantFrom<Dialect>("sqlite", "mysql"),
        async (rows, order, size, backward, dialect) => {
          fill(rows);
          const expected = sortNaively(rows, order);
          const seen: Person[] = [];
          let cursor: string | null = null;
          for (let turn = 0; turn <= rows.length; turn += 1) {
            const found: RowPage<Person> = await page(
              order,
              backward ? { last: size, before: cursor } : { first: size, after: cursor },
              dialect,
            );
            const [start, end] = backward
              ? [expected.length - seen.length - found.rows.length, expected.length - seen.length]
              : [seen.length, seen.length + found.rows.length];
            expect(found.rows).toEqual(expected.slice(start, end));
            expect(await found.hasPreviousPage()).toBe(start > 0);
            expect(await found.hasNextPage()).toBe(end < expected.length);
            expect(await found.count()).toBe(expected.length);
            seen.push(...found.rows);
            const edge = backward ? found.rows[0] : found.rows.at(-1);
            if (edge === undefined || !(await (backward ? found.hasPreviousPage() : found.hasNextPage()))) {
              break;
            }
            cursor = found.cursorOf(edge);
          }
          expect(seen).toHaveLength(expected.length);
        },
      ),
      { numRuns: times(150) },
    );
  });

  test("continue at the cursor when rows are added and removed between two pages", async () => {
    const make = (key: string): Person => ({ id: key, name: key, age: 0, joined: "2026-01-01T00:00:00.000Z", team: 1 });
    fill(["a", "c", "e", "g"].map(make));
    const order: Order = [name("ASC"), id("ASC")];
    const first = await page(order, { first: 2 });
    const cursor = first.cursorOf(first.rows[1] as Person);
    fill(["a", "b", "d", "g"].map(make));
    const second = await page(order, { first: 2, after: cursor });
    expect(second.rows.map(({ id: key }) => key)).toEqual(["d", "g"]);
    expect(await second.hasPreviousPage()).toBe(true);
    const beyond = await page(order, { first: 2, after: second.cursorOf(second.rows[1] as Person) });
    expect([beyond.rows, await beyond.hasPreviousPage(), await beyond.hasNextPage()]).toEqual([[], true, false]);
    const none = await page(order, { first: 0 });
    expect([none.rows, await none.hasNextPage(), await none.count()]).toEqual([[], true, 4]);
  });

  test("send one statement when neither the other direction nor the total is selected", async () => {
    statements.length = 0;
    const found = await page([id("ASC")], { first: 2 });
    expect(await found.hasNextPage()).toBe(true);
    expect(statements).toHaveLength(1);
  });

  test("seek in the index instead of sorting or skipping rows", async () => {
    fill([]);
    statements.length = 0;
    for (const dialect of ["sqlite", "mysql"] as const) {
      const reader = createReader(dialect);
      const order: Order = [name("ASC"), id("ASC")];
      const query = { reader, select: "p.*", from: "person p", where: { sql: "p.team = ?", parameters: [1] }, order };
      const cursor = (await pageByKeyset({ ...query, args: {} })).cursorOf({
        id: "x",
        name: "m",
        age: 0,
        joined: "",
        team: 1,
      });
      await pageByKeyset({ ...query, args: { after: cursor } });
      const { sql, parameters } = statements.at(-1) ?? { sql: "", parameters: [] };
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters.map(bind)) as { detail: string }[];
      expect(plan.map(({ detail }) => detail).join("; ")).toMatch(
        dialect === "sqlite"
          ? /^SEARCH p USING INDEX person_name \(team=\? AND \(name,id\)>\(\?,\?\)\)$/
          : /^SEARCH p USING INDEX person_name \(team=\? AND name>\?\)$/,
      );
    }
  });

  test("refuse cursors that are broken, or of another order", async () => {
    fill([]);
    const example: Person = { id: "x", name: "m", age: 3, joined: "2026-01-01T00:00:00.000Z", team: 1 };
    const byName = (await page([name("ASC"), id("ASC")], {})).cursorOf(example);
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const [orderName] = JSON.parse(Buffer.from(byName, "base64url").toString()) as string[];
    const refused: [Order, PageArgs][] = [
      [[name("DESC"), id("DESC")], { after: byName }],
      [[id("ASC")], { before: byName }],
      ...[
        "",
        "!",
        "bm9uZQ",
        encode(null),
        encode({}),
        encode([]),
        encode([orderName]),
        encode([orderName, "m"]),
        encode([orderName, "m", 5]),
        encode([orderName, "m", null]),
        encode([orderName, "m", ["x"]]),
        encode([orderName, "m", "x", "y"]),
      ].map((after): [Order, PageArgs] => [[name("ASC"), id("ASC")], { after }]),
    ];
    for (const [order, args] of refused) {
      const failure = await page(order, args).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toMatchObject({
        code: "INVALID_INPUT",
        details: { fields: [{ path: args.after === undefined ? "before" : "after" }] },
      });
    }
  });
});
