/** One migration works on every database, up and down, with rows present, and without drift. */
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { MigrationInterface, QueryRunner } from "typeorm";
import { MysqlQueryRunner } from "typeorm/driver/mysql/MysqlQueryRunner.js";
import { createTable, id } from "../../../src/platform/database/columns.js";
import {
  migrate,
  pendingMigrations,
  schemaDrift,
  undoLastMigration,
} from "../../../src/platform/database/migrations.js";
import type { OpenDatabase } from "../../../src/platform/database/database.js";
import { openDatabase } from "../../../src/platform/database/open-database.js";
import { onMariaDb, openTestDatabase, testDatabaseUrl, type TestDatabase } from "../../support/database.js";
import { AuthorRow, library } from "./library.js";

const CREATE = "CreateLibrary1700000000001";
const ADD_PHONE = "AddPhone1700000000002";

let database: TestDatabase;

beforeEach(async () => {
  database = await openTestDatabase(library);
});

afterEach(() => database.close());

const addRows = (to: OpenDatabase = database) =>
  to.transact(async (transaction) => {
    await transaction.execute("INSERT INTO author (id, name_key) VALUES (?, ?)", ["1", "ada"]);
    await transaction.execute("INSERT INTO book (author_id, number, written_at) VALUES (?, ?, ?)", [
      "1",
      7,
      new Date(0),
    ]);
  });

const countBooks = async () => Number((await database.reader.row<{ n: number }>("SELECT COUNT(*) AS n FROM book"))?.n);

test("pending migrations run once, oldest first", async () => {
  expect(await pendingMigrations(database)).toEqual([CREATE, ADD_PHONE]);
  expect(await migrate(database)).toEqual([CREATE, ADD_PHONE]);
  expect(await pendingMigrations(database)).toEqual([]);
  expect(await migrate(database)).toEqual([]);
});

test("the migrated schema is exactly what the entities describe", async () => {
  await migrate(database);
  expect(await schemaDrift(database)).toEqual([]);
});

test("a missing column is reported as drift", async () => {
  await migrate(database);
  await undoLastMigration(database);
  expect((await schemaDrift(database)).join()).toMatch(/phone/);
});

test("up, down and up again keep the rows, also the children of a rebuilt table", async () => {
  await migrate(database);
  await addRows();
  expect(await undoLastMigration(database)).toBe(ADD_PHONE);
  expect(await countBooks()).toBe(1);
  expect(await migrate(database)).toEqual([ADD_PHONE]);
  expect(await countBooks()).toBe(1);
  expect(await schemaDrift(database)).toEqual([]);
  expect(await undoLastMigration(database)).toBe(ADD_PHONE);
  expect(await undoLastMigration(database)).toBe(CREATE);
  expect(await undoLastMigration(database)).toBeNull();
  expect(await migrate(database)).toEqual([CREATE, ADD_PHONE]);
  expect(await countBooks()).toBe(0);
});

test("foreign keys are enforced again after migrating, whether it succeeded or not", async () => {
  class Broken1700000000003 implements MigrationInterface {
    async up(queryRunner: QueryRunner) {
      await createTable(queryRunner, "half_done", { columns: [id()], primaryKey: ["id"] });
      throw new Error("broken on purpose");
    }
    async down() {}
  }
  await migrate(database);
  const broken = await openTestDatabase({ ...library, migrations: [...library.migrations, Broken1700000000003] });
  try {
    await expect(migrate(broken)).rejects.toThrow("broken on purpose");
    for (const each of [database, ...(onMariaDb ? [broken] : [])]) {
      const insertion = each.transact((transaction) =>
        transaction.execute("INSERT INTO book (author_id, number, written_at) VALUES ('absent', 1, ?)", [new Date()]),
      );
      await expect(insertion).rejects.toThrow(/foreign key/i);
    }
    if (!onMariaDb) {
      // The migrations before the broken one are also undone.
      expect(await broken.reader.rows("SELECT name FROM sqlite_master WHERE name IN ('author', 'half_done')")).toEqual(
        [],
      );
      await expect(broken.dataSource.query("PRAGMA foreign_keys")).resolves.toEqual([{ foreign_keys: 1 }]);
    }
  } finally {
    await broken.close();
  }
});

test("a migration that would leave rows without their parent is undone on SQLite", async () => {
  class DropParents1700000000003 implements MigrationInterface {
    async up(queryRunner: QueryRunner) {
      await queryRunner.query("DELETE FROM author");
    }
    async down() {}
  }
  if (onMariaDb) return;
  const { url, remove } = await testDatabaseUrl();
  try {
    const before = await openDatabase({ url, ...library });
    await migrate(before);
    await addRows(before);
    await before.close();
    const next = await openDatabase({ url, ...library, migrations: [...library.migrations, DropParents1700000000003] });
    await expect(migrate(next)).rejects.toThrow(/1 rows that refer to nothing, such as one of book to author/);
    expect(await next.reader.rows("SELECT id FROM author")).toEqual([{ id: "1" }]);
    await next.close();
  } finally {
    await remove();
  }
});

test("replicas that migrate at once wait for each other and run each migration once, even without GET_LOCK and row locks", async () => {
  const restore = loseLocalLocks();
  const { url, remove } = await testDatabaseUrl();
  // SQLite allows one process. MariaDB allows any number of replicas, here with one connection each.
  const replicaUrl = onMariaDb ? `${url}?poolSize=1` : url;
  const replicas = onMariaDb
    ? await Promise.all([1, 2, 3].map(() => openDatabase({ url: replicaUrl, ...library })))
    : [await openDatabase({ url, ...library })];
  try {
    const names = await Promise.all([...replicas, replicas[0] as (typeof replicas)[0]].map(migrate));
    expect(names.flat().toSorted()).toEqual([ADD_PHONE, CREATE]);
  } finally {
    restore();
    await Promise.all(replicas.map((replica) => replica.close()));
    await remove();
  }
});

/** Simulates a Galera cluster, whose nodes do not share GET_LOCK and row locks. */
function loseLocalLocks(): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the runner as `this`
  const send = MysqlQueryRunner.prototype.query;
  MysqlQueryRunner.prototype.query = function (this: MysqlQueryRunner, sql: string, ...rest: unknown[]) {
    const unlocked = sql.replace(/GET_LOCK\(.*\)/, "1").replace(/ FOR UPDATE.*/, "");
    return Reflect.apply(send, this, [unlocked, ...rest]) as ReturnType<typeof send>;
  };
  return () => {
    MysqlQueryRunner.prototype.query = send;
  };
}

test("statements that were prepared before a change of the schema see its new columns", async () => {
  await migrate(database);
  await addRows();
  expect(await database.reader.row("SELECT * FROM author")).not.toHaveProperty("later");
  await database.transact((t) => t.execute("ALTER TABLE author ADD COLUMN later varchar(32)"));
  expect(await database.reader.row("SELECT * FROM author")).toHaveProperty("later", null);
});

test("a column that is not compared byte for byte is drift on MySQL", async () => {
  await migrate(database);
  if (!onMariaDb) return;
  await database.dataSource.query(
    "ALTER TABLE author MODIFY name_key varchar(100) COLLATE utf8mb4_general_ci NOT NULL",
  );
  expect(await schemaDrift(database)).toEqual([
    "ALTER TABLE `author` MODIFY `name_key` varchar(100) COLLATE utf8mb4_bin",
  ]);
});

test("TypeORM writes and reads the entities", async () => {
  await migrate(database);
  const bornAt = new Date("1815-12-10T01:02:03.456Z");
  await database.transact((t) => t.manager.insert(AuthorRow, { id: "1", nameKey: "ada", bornAt }));
  const author = await database.transact((t) => t.manager.findOneByOrFail(AuthorRow, { id: "1" }));
  expect(author).toMatchObject({ nameKey: "ada", country: "unknown", bornAt, phone: null });
});
