/** If a database is down, full or overloaded, the failure is an expected one, with one line in the log. */
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { onMariaDb, openTestDatabase, type TestDatabase } from "../../support/database.js";

let database: TestDatabase;
const warnings: object[] = [];

beforeEach(async () => {
  warnings.length = 0;
  const logger = { warn: (details: object) => void warnings.push(details) };
  database = await openTestDatabase({ entities: [], migrations: [], logger });
  await database.transact((t) => t.execute("CREATE TABLE note (text varchar(10000))"));
});

afterEach(() => database.close());

const refuse = (driverError: object) => () => Promise.reject(Object.assign(new Error("no"), driverError));

test.each([
  ["a server that is away", { code: "ECONNREFUSED" }],
  ["a connection that broke", { code: "PROTOCOL_CONNECTION_LOST", fatal: true }],
  ["a server that stops", { errno: 1053 }],
  ["too many connections", { errno: 1040 }],
  ["a cluster's node that is not ready", { errno: 1047 }],
  ["a file that somebody else has locked", { code: "SQLITE_BUSY" }],
  ["a disk that fails", { code: "SQLITE_IOERR_WRITE" }],
])("%s is UNAVAILABLE, with the time to wait and the cause", async (_name, driverError) => {
  const refused = database.transact(refuse(driverError));
  await expect(refused).rejects.toMatchObject({
    code: "UNAVAILABLE",
    status: 503,
    details: { retryAfterSeconds: expect.any(Number) },
    cause: driverError,
  });
});

test.each([
  ["a defect", {}],
  ["a duplicate key", { errno: 1062 }],
  ["a duplicate key of SQLite", { code: "SQLITE_CONSTRAINT_UNIQUE" }],
])("%s is not changed", async (_name, driverError) => {
  await expect(database.transact(refuse(driverError))).rejects.toMatchObject({ message: "no", ...driverError });
  expect(warnings).toEqual([]);
});

test("twenty requests during an outage are one line of the log, without a stack", async () => {
  const outage = { code: "ECONNREFUSED" };
  await Promise.allSettled(Array.from({ length: 20 }, () => database.transact(refuse(outage))));
  expect(warnings).toEqual([{ reason: "no" }]);
});

test("a full disk is UNAVAILABLE and not ready until a write works again", async () => {
  const write = (rows: number) =>
    database.transact(async (t) => {
      for (let row = 0; row < rows; row += 1)
        await t.execute("INSERT INTO note (text) VALUES (?)", ["x".repeat(10_000)]);
    });
  if (onMariaDb) {
    await expect(database.transact(refuse({ errno: 1021 }))).rejects.toMatchObject({ code: "UNAVAILABLE" });
  } else {
    await database.dataSource.query("PRAGMA max_page_count = 10");
    const error = (await write(10).catch((thrown: unknown) => thrown)) as Error & { code?: unknown };
    expect([error.code, String(error.cause)]).toEqual(["UNAVAILABLE", expect.stringContaining("disk is full")]);
    await expect(database.ping()).rejects.toThrow("disk is full");
    await database.dataSource.query("PRAGMA max_page_count = 1073741823");
  }
  await database.ping();
  await write(1);
  expect(await database.reader.rows("SELECT text FROM note")).toHaveLength(1);
});
