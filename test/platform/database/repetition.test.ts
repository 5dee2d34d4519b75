/** On MySQL and MariaDB a unit of work is retried as a whole if the server asks for it, and only then. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { onMariaDb, openTestDatabase, type TestDatabase } from "../../support/database.js";

// On SQLite, units of work run one after the other, so they cannot deadlock.
const describeOnServer = onMariaDb ? describe : describe.skip;

describeOnServer("a unit of work", () => {
  let database: TestDatabase;
  const warnings: object[] = [];

  beforeEach(async () => {
    warnings.length = 0;
    const logger = { warn: (details: object) => void warnings.push(details) };
    database = await openTestDatabase({ entities: [], migrations: [], logger });
    await database.dataSource.query("CREATE TABLE counter (id varchar(36) PRIMARY KEY, value int NOT NULL)");
    await database.dataSource.query("INSERT INTO counter VALUES ('a', 0), ('b', 0)");
  });

  afterEach(() => database.close());

  const values = async () =>
    (await database.reader.rows<{ value: number }>("SELECT value FROM counter ORDER BY id")).map(({ value }) => value);

  /** Two units of work that lock the same rows in opposite order. Each waits for the other in the middle of the first attempt. */
  function runIntoEachOther(catchErrors: boolean) {
    const attempts = { a: 0, b: 0 };
    const arrived = { a: Promise.resolve(), b: Promise.resolve() };
    const arrive = { a: () => {}, b: () => {} };
    for (const name of ["a", "b"] as const) {
      arrived[name] = new Promise((resolve) => {
        arrive[name] = resolve;
      });
    }
    const unit = (first: "a" | "b", second: "a" | "b") =>
      database.transact(async (transaction) => {
        attempts[first] += 1;
        await transaction.execute("UPDATE counter SET value = value + 1 WHERE id = ?", [first]);
        arrive[first]();
        await arrived[second];
        try {
          await transaction.execute("UPDATE counter SET value = value + 1 WHERE id = ?", [second]);
        } catch (error) {
          if (!catchErrors) throw error;
        }
      });
    return { attempts, units: Promise.all([unit("a", "b"), unit("b", "a")]) };
  }

  test("is retried after a deadlock, so that both units make both changes", async () => {
    const { attempts, units } = runIntoEachOther(false);
    await units;
    expect(await values()).toEqual([2, 2]);
    expect(attempts.a + attempts.b).toBeGreaterThan(2);
    expect(warnings.length).toBe(attempts.a + attempts.b - 2);
  });

  test("is retried even if the work catches the deadlock, because the server has rolled back its first half", async () => {
    const { units } = runIntoEachOther(true);
    await units;
    expect(await values()).toEqual([2, 2]);
  });

  test.each([1020, 1205, 1213])("is retried on error %i until it succeeds", async (errno) => {
    let attempts = 0;
    await database.transact(async (transaction) => {
      attempts += 1;
      await transaction.execute("UPDATE counter SET value = value + 1 WHERE id = 'a'");
      if (attempts < 4) throw Object.assign(new Error("asked for repetition"), { errno });
    });
    expect(attempts).toBe(4);
    expect(await values()).toEqual([1, 0]);
  });

  test("is retried until the time limit, and then is UNAVAILABLE", async () => {
    const noPause = jest.spyOn(Math, "random").mockReturnValue(0);
    const refuse = (times: number) => {
      let attempts = 0;
      return async () => {
        attempts += 1;
        if (attempts <= times) throw Object.assign(new Error("again and again"), { errno: 1213 });
        return attempts;
      };
    };
    expect(await database.transact(refuse(40))).toBe(41);
    noPause.mockRestore();
    const parts = { entities: [], migrations: [], retryForMilliseconds: 0 };
    const impatient = await openTestDatabase(parts);
    try {
      await expect(impatient.transact(refuse(Infinity))).rejects.toMatchObject({
        code: "UNAVAILABLE",
        cause: { errno: 1213 },
      });
    } finally {
      await impatient.close();
    }
  });

  test("is not retried on any other error", async () => {
    let attempts = 0;
    const refused = database.transact(async (transaction) => {
      attempts += 1;
      await transaction.execute("INSERT INTO counter VALUES ('a', 0)");
    });
    await expect(refused).rejects.toThrow(/Duplicate/);
    expect(attempts).toBe(1);
  });

  test("reads what others have committed meanwhile", async () => {
    const gates = { read: () => {}, committed: () => {} };
    const hasRead = new Promise<void>((resolve) => (gates.read = resolve));
    const hasCommitted = new Promise<void>((resolve) => (gates.committed = resolve));
    const reading = database.transact(async (transaction) => {
      await transaction.rows("SELECT value FROM counter");
      gates.read();
      await hasCommitted;
      return transaction.row("SELECT value FROM counter WHERE id = 'b'");
    });
    await hasRead;
    await database.transact((transaction) => transaction.execute("UPDATE counter SET value = 7 WHERE id = 'b'"));
    gates.committed();
    expect(await reading).toEqual({ value: 7 });
  });

  test("runs in a session that does not depend on the server's settings", async () => {
    await database.dataSource.query("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    try {
      const { reader } = (database = await database.reopen());
      const row = await reader.row<Record<string, string>>(
        "SELECT @@sql_mode AS mode, @@time_zone AS zone, @@character_set_connection AS charset",
      );
      expect(row).toMatchObject({ zone: "+00:00", charset: "utf8mb4" });
      expect(row?.["mode"]).toMatch(/STRICT_TRANS_TABLES/);
      expect(row?.["mode"]).not.toMatch(/ANSI_QUOTES|NO_BACKSLASH_ESCAPES/);
    } finally {
      await database.dataSource.query("SET GLOBAL sql_mode = DEFAULT");
    }
  });
});
