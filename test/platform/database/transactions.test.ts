/** Transactions stay atomic and isolated when many run at once, on the database that the environment names. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OutsideTransactionError, TransactionOverError } from "../../../src/platform/database/transaction-scope.js";
import type { Transaction } from "../../../src/platform/database/database.js";
import { onMariaDb, openTestDatabase, type TestDatabase } from "../../support/database.js";

let database: TestDatabase;

beforeEach(async () => {
  database = await openTestDatabase({ entities: [], migrations: [], retryForMilliseconds: 200 });
  await database.transact((transaction) =>
    transaction.execute("CREATE TABLE note (id varchar(36) PRIMARY KEY, part int NOT NULL, text varchar(64))"),
  );
});

afterEach(() => database.close());

const insert = (transaction: Transaction, id: string, part = 1) =>
  transaction.execute("INSERT INTO note (id, part) VALUES (?, ?)", [id, part]);

const readIds = async (reader = database.reader) =>
  (await reader.rows<{ id: string }>("SELECT id FROM note ORDER BY id")).map(({ id }) => id);

describe("transact", () => {
  // A server's answers arrive in separate turns of the event loop.
  (onMariaDb ? test.skip : test)("lets others be served between units that wait for each other", async () => {
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    for (const crowd of [1, 2])
      await Promise.all(
        Array.from({ length: 40 }, (_, index) => database.transact((t) => insert(t, `${crowd}-${index}`))),
      );
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(2 * 39);
  });

  test("of 50 concurrent units of work, half of which throw, exactly the others' rows are stored, also after reopening", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        database.transact(async (transaction) => {
          await insert(transaction, `${index}-1`);
          await pause(index % 4);
          await insert(transaction, `${index}-2`);
          await pause((index * 7) % 5);
          if (index % 2 === 1) throw new Error("thrown by the work");
          return index;
        }),
      ),
    );
    const expected = outcomes
      .flatMap((outcome) => (outcome.status === "fulfilled" ? [`${outcome.value}-1`, `${outcome.value}-2`] : []))
      .toSorted();
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(25);
    expect(
      outcomes.filter((o) => o.status === "rejected" && (o.reason as Error).message === "thrown by the work"),
    ).toHaveLength(25);
    expect((await readIds()).toSorted()).toEqual(expected);
    database = await database.reopen();
    expect((await readIds()).toSorted()).toEqual(expected);
  });

  test("counters that 20 transactions read and write at once lose no step", async () => {
    await database.transact((transaction) => insert(transaction, "counter", 0));
    const lock = onMariaDb ? " FOR UPDATE" : "";
    await Promise.all(
      Array.from({ length: 20 }, () =>
        database.transact(async (transaction) => {
          const row = await transaction.row<{ part: number }>(`SELECT part FROM note WHERE id = 'counter'${lock}`);
          await pause(1);
          await transaction.execute("UPDATE note SET part = ? WHERE id = 'counter'", [(row?.part ?? 0) + 1]);
        }),
      ),
    );
    expect(await database.reader.row("SELECT part FROM note")).toEqual({ part: 20 });
  });

  test("returns what the work returns, and throws what the work throws", async () => {
    const thrown = new Error("mine");
    expect(await database.transact(async () => "answer")).toBe("answer");
    await expect(database.transact(() => Promise.reject(thrown))).rejects.toBe(thrown);
  });

  test("the reader sees committed rows only", async () => {
    await database.transact((transaction) => insert(transaction, "committed"));
    let reading: Promise<string[]> | undefined;
    const { promise: written, resolve: noteWritten } = withResolvers();
    const { promise: read, resolve: noteRead } = withResolvers();
    const writing = database.transact(async (transaction) => {
      await insert(transaction, "uncommitted");
      noteWritten();
      await read;
      return readIds(transaction);
    });
    await written;
    reading = readIds();
    expect(await reading).toEqual(["committed"]);
    noteRead();
    expect(await writing).toEqual(["committed", "uncommitted"]);
    expect(await readIds()).toEqual(["committed", "uncommitted"]);
  });

  test("the manager writes inside the transaction", async () => {
    await database
      .transact(async (transaction) => {
        await transaction.manager.query("INSERT INTO note (id, part) VALUES (?, ?)", ["managed", 1]);
        expect(await readIds(transaction)).toEqual(["managed"]);
        throw new Error("undo");
      })
      .catch(() => {});
    expect(await readIds()).toEqual([]);
  });
});

describe("a query that bypasses an open transaction is refused:", () => {
  test.each([
    ["the reader", () => database.reader.rows("SELECT 1")],
    ["a nested transaction", () => database.transact(async () => {})],
    ["the data source", () => database.dataSource.query("SELECT 1")],
  ])("%s", async (_, around) => {
    await expect(
      database.transact(async (transaction) => {
        await insert(transaction, "first");
        await around();
      }),
    ).rejects.toThrow(OutsideTransactionError);
    expect(await readIds()).toEqual([]);
  });

  test("also in functions that the work calls", async () => {
    const helper = async () => {
      await pause(1);
      return readIds();
    };
    await expect(database.transact(async () => Promise.all([helper(), helper()]))).rejects.toThrow(
      OutsideTransactionError,
    );
  });

  test("but not before, after, or next to it", async () => {
    await Promise.all([database.transact((transaction) => insert(transaction, "one")), readIds(), readIds()]);
    await database.transact((transaction) => insert(transaction, "two"));
    expect(await readIds()).toEqual(["one", "two"]);
  });

  test("a promise that the work did not await may read after the transaction", async () => {
    let left: Promise<string[]> | undefined;
    await database.transact(async (transaction) => {
      await insert(transaction, "one");
      left = pause(50).then(() => readIds());
    });
    expect(await left).toEqual(["one"]);
  });
});

test("a settled transaction does not write", async () => {
  let kept: Transaction | undefined;
  await database.transact(async (transaction) => {
    kept = transaction;
  });
  await expect(insert(kept as Transaction, "late")).rejects.toThrow(TransactionOverError);
  let late: Promise<unknown> = Promise.resolve();
  await database.transact(async (transaction) => {
    late = pause(0).then(() => insert(transaction, "late"));
    late.catch(() => {});
  });
  await expect(late).rejects.toThrow(TransactionOverError);
  expect(await readIds()).toEqual([]);
});

test("a transaction that the database has rolled back does not write, even if the work catches the error", async () => {
  const work = database.transact(async (transaction) => {
    await insert(transaction, "first");
    if (onMariaDb) {
      await transaction.execute("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213").catch(() => {});
    } else {
      // Makes SQLite roll back by itself, like a full disk.
      await transaction.execute("INSERT OR ROLLBACK INTO note (id, part) VALUES ('first', 1)").catch(() => {});
    }
    await insert(transaction, "second").catch(() => {});
  });
  const error = (await work.catch((thrown: unknown) => thrown)) as Error;
  expect(String(onMariaDb ? error.cause : error)).toMatch(/constraint|1213|Unhandled/i);
  expect(await readIds()).toEqual([]);
});

test("closing waits for transactions under way", async () => {
  const { promise: begun, resolve: noteBegun } = withResolvers();
  const writing = database.transact(async (transaction) => {
    noteBegun();
    await pause(20);
    return insert(transaction, "last");
  });
  await begun;
  database = await database.reopen();
  expect(await writing).toBe(1);
  expect(await readIds()).toEqual(["last"]);
});

test("execute counts the rows that were matched, changed or not", async () => {
  await database.transact(async (transaction) => {
    await insert(transaction, "a");
    await insert(transaction, "b");
    expect(await transaction.execute("UPDATE note SET part = 1")).toBe(2);
    expect(await transaction.execute("UPDATE note SET part = 2 WHERE id = ?", ["a"])).toBe(1);
    expect(await transaction.execute("UPDATE note SET part = 2 WHERE id = ?", ["absent"])).toBe(0);
    expect(await transaction.execute("DELETE FROM note WHERE part = ?", [1])).toBe(1);
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
