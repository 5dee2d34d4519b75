/** Values are the same on every database: keys, times, booleans, JSON, counts and errors. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { isDuplicateKey } from "../../../src/platform/database/driver-errors.js";
import { migrate } from "../../../src/platform/database/migrations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import type { SqlValue } from "../../../src/platform/database/database.js";
import { bindValue, toBoolean, toDate, toDateOrNull, toJson } from "../../../src/platform/database/values.js";
import { openTestDatabase, type TestDatabase } from "../../support/database.js";
import { BookRow, library } from "./library.js";

const TIME = new Date("2026-03-29T01:30:00.007Z");

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase(library);
  await migrate(database);
});

afterAll(() => database.close());

beforeEach(() =>
  database.transact(async (transaction) => {
    await transaction.execute("DELETE FROM book");
    await transaction.execute("DELETE FROM author");
    await insertRows(transaction, "author", ["id", "name_key"], [["1", "ada"]]);
  }),
);

const addBook = (values: Record<string, SqlValue>) =>
  database.transact((transaction) => {
    const row = { author_id: "1", number: 1, written_at: TIME, ...values };
    return insertRows(transaction, "book", Object.keys(row), [Object.values(row)]);
  });

describe("keys", () => {
  test("that differ only in case or accent are different keys", async () => {
    const keys = ["a", "A", "á", "ä", "🙂", "🙃", "ss", "ß"];
    await database.transact((t) =>
      insertRows(
        t,
        "author",
        ["id", "name_key"],
        keys.map((key) => [key, key]),
      ),
    );
    for (const key of keys) {
      expect(await database.reader.rows("SELECT id FROM author WHERE name_key = ?", [key])).toEqual([{ id: key }]);
    }
  });

  test("that exist already are recognised, and missing parents are not taken for them", async () => {
    await addBook({});
    const duplicate = await addBook({}).catch((error: unknown) => error);
    const orphan = await addBook({ author_id: "absent" }).catch((error: unknown) => error);
    const managed = await database
      .transact((t) => t.manager.insert(BookRow, { authorId: "1", number: 1, writtenAt: TIME }))
      .catch((error: unknown) => error);
    expect([duplicate, orphan, managed].map(isDuplicateKey)).toEqual([true, false, true]);
    expect(isDuplicateKey(undefined)).toBe(false);
  });

  test("text that is too long for a key is not cut", async () => {
    const long = "x".repeat(101);
    await database.transact((t) => insertRows(t, "author", ["id", "name_key"], [["long", long]])).catch(() => {});
    const row = await database.reader.row<{ name_key: string }>("SELECT name_key FROM author WHERE id = 'long'");
    expect([undefined, long]).toContain(row?.name_key);
  });
});

describe("times", () => {
  test("keep their milliseconds and their zone, bound or through an entity", async () => {
    await addBook({});
    await database.transact((t) => t.manager.insert(BookRow, { authorId: "1", number: 2, writtenAt: TIME }));
    const rows = await database.reader.rows<{ at: unknown }>("SELECT written_at AS at FROM book ORDER BY number");
    expect(rows.map(({ at }) => toDate(at))).toEqual([TIME, TIME]);
    expect(await database.reader.rows("SELECT number FROM book WHERE written_at = ?", [TIME])).toHaveLength(2);
    const later = new Date(TIME.getTime() + 1);
    expect(await database.reader.rows("SELECT number FROM book WHERE written_at < ?", [later])).toHaveLength(2);
    expect(await database.reader.rows("SELECT number FROM book WHERE written_at >= ?", [later])).toHaveLength(0);
    const book = await database.transact((t) => t.manager.findOneByOrFail(BookRow, { number: 1 }));
    expect(book.writtenAt).toEqual(TIME);
  });

  test("that are absent are null", async () => {
    const row = await database.reader.row<{ at: unknown }>("SELECT born_at AS at FROM author");
    expect(toDateOrNull(row?.at)).toBeNull();
    expect(() => toDate(row?.at)).toThrow(TypeError);
    expect(() => toDate("yesterday")).toThrow(TypeError);
  });
});

test("booleans are read from columns and comparisons", async () => {
  await addBook({ printed: true });
  const row = await database.reader.row<Record<string, unknown>>("SELECT printed, 1 = 2 AS other FROM book");
  expect([toBoolean(row?.["printed"]), toBoolean(row?.["other"])]).toEqual([true, false]);
  expect(() => toBoolean(null)).toThrow(TypeError);
});

test("JSON text of a megabyte is stored and read, raw and through an entity", async () => {
  const notes = { text: "é🙂'\"\\".repeat(120_000), list: [1, null, { deep: true }] };
  expect(Buffer.byteLength(JSON.stringify(notes))).toBeGreaterThan(1_000_000);
  await database.transact((t) =>
    t.manager.insert(BookRow, { authorId: "1", number: 1, writtenAt: TIME, notes: JSON.stringify(notes) }),
  );
  await addBook({ number: 2, notes: JSON.stringify(notes), body: "" });
  const rows = await database.reader.rows<{ notes: string }>("SELECT notes FROM book");
  expect(rows.map((row) => toJson(row.notes))).toEqual([notes, notes]);
  const book = await database.transact((t) => t.manager.findOneByOrFail(BookRow, { number: 2 }));
  expect(book).toMatchObject({ body: "", textHash: null, printed: false });
  expect(toJson(book.notes)).toEqual(notes);
  expect(() => toJson(null)).toThrow(TypeError);
});

test("counts and sums are numbers", async () => {
  await addBook({ pages: 12 });
  await addBook({ number: 2, pages: 30 });
  const row = await database.reader.row("SELECT COUNT(*) AS count, SUM(pages) AS sum, MAX(number) AS last FROM book");
  expect(row).toEqual({ count: 2, sum: 42, last: 2 });
});

test("quotes and backslashes in values are not SQL", async () => {
  const hostile = `\\'; DROP TABLE book; -- "\\" \0 \n %_`;
  await addBook({ body: hostile });
  expect(await database.reader.row("SELECT body FROM book WHERE body = ?", [hostile])).toEqual({ body: hostile });
});

test("objects and lists are never bound, because mysql2 would expand them into SQL", async () => {
  for (const value of [{ id: 1 }, ["1", "2"], undefined, Number.NaN, () => {}]) {
    expect(() => bindValue(value as unknown as SqlValue)).toThrow(TypeError);
    const parameters = [value] as unknown as SqlValue[];
    await expect(database.reader.rows("SELECT id FROM author WHERE id = ?", parameters)).rejects.toThrow(TypeError);
  }
});

test("errors do not contain bound values", async () => {
  for (const failing of [
    () => addBook({ author_id: "absent", body: "top secret" }),
    () => database.reader.rows("SELECT * FROM absent WHERE id = ?", ["top secret"]),
    () => database.dataSource.query("SELECT * FROM absent WHERE id = ?", ["top secret"]),
    () =>
      database.transact((t) =>
        t.manager.insert(BookRow, { authorId: "absent", number: 1, writtenAt: TIME, body: "top secret" }),
      ),
  ]) {
    const error = await failing().then(
      () => null,
      (thrown: unknown) => thrown as Error & { driverError?: object },
    );
    expect(error).toBeInstanceOf(Error);
    const shown = [error, error?.driverError, error?.cause].map((each) => showAll(each)).join();
    expect(shown).not.toContain("top secret");
  }
});

test("many rows are inserted in few statements", async () => {
  const authors = Array.from({ length: 7_000 }, (_, index) => [`many-${index}`, `many-${index}`] as const);
  const { result, statements } = await countQueries(() =>
    database.transact((transaction) => insertRows(transaction, "author", ["id", "name_key"], authors)),
  );
  expect(result).toBe(7_000);
  expect(statements).toHaveLength(2);
  expect(await database.reader.row("SELECT COUNT(*) AS count FROM author")).toEqual({ count: 7_001 });
  await expect(database.transact((t) => insertRows(t, "author", ["id", "name_key"], [["1"]]))).rejects.toThrow(
    TypeError,
  );
  await expect(database.transact((t) => insertRows(t, "author`", ["id"], [["1"]]))).rejects.toThrow(TypeError);
  expect(await database.transact((t) => insertRows(t, "author", ["id"], []))).toBe(0);
});

test("queries are counted for the call that counts, and for no other", async () => {
  const other = database.reader.rows("SELECT 1 AS other");
  const { result, statements } = await countQueries(async () => {
    await database.reader.row("SELECT 1 AS one");
    const inner = await countQueries(() => database.reader.row("SELECT 2 AS two"));
    await database.transact(async (transaction) => {
      await transaction.rows("SELECT 3 AS three");
      await transaction.manager.query("SELECT 4 AS four");
    });
    return inner.statements;
  });
  await other;
  expect(result).toEqual(["SELECT 2 AS two"]);
  expect(statements).toEqual(["SELECT 1 AS one", "SELECT 2 AS two", "SELECT 3 AS three", "SELECT 4 AS four"]);
});

test("the database answers a ping until it is closed", async () => {
  await database.ping();
  const closed = await openTestDatabase({ entities: [], migrations: [] });
  await closed.close();
  await expect(closed.ping()).rejects.toThrow();
});

function showAll(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.getOwnPropertyNames(value)
    .map((name) => JSON.stringify((value as Record<string, unknown>)[name]))
    .join();
}
