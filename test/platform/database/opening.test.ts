/** Opening a database: errors contain an explanation but no password, and only one process may open a SQLite file. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Transaction } from "../../../src/platform/database/database.js";
import { findDatabaseUrlMistake, parseDatabaseUrl } from "../../../src/platform/database/database-url.js";
import { openDatabase } from "../../../src/platform/database/open-database.js";
import { DatabaseInUseError } from "../../../src/platform/database/process-lock.js";
import { onMariaDb, testDatabaseUrl } from "../../support/database.js";
import { SQLITE_PACKAGE } from "../../../src/platform/database/sqlite-library.js";

const NOTHING = { entities: [], migrations: [] };

describe("a database URL", () => {
  test.each([
    ["", /one of these forms/],
    ["postgres://app:s3cret@db/usher", /one of these forms/],
    ["./data/usher.sqlite", /one of these forms/],
    ["sqlite:", /needs the path/],
    ["sqlite::memory:", /in memory is not supported/],
    ["sqlite://data/usher.sqlite", /has no host/],
    ["sqlite:./data/", /not a folder/],
    ["mysql://app:s3cret@db:3306", /lacks a database/],
    ["mysql://db/usher", /lacks a user/],
    ["mariadb://app:s3cret@/usher", /cannot be read|lacks a host/],
    ["mariadb://app:s3cret@db:notaport/usher", /cannot be read/],
    ["mariadb://app:s3cret@db/usher/other", /more than a database/],
    ["mariadb://app:s3cret@db/usher#s3cret", /%23/],
    ["mariadb://app:s3%cret@db/usher", /password .* percent-encoded/],
    ["mariadb://app:s3cret@db/usher?ssl=s3cret", /unknown option/],
    ["mariadb://app:s3cret@db/usher?tls=maybe", /tls must be true or false/],
    ["mariadb://app:s3cret@db/usher?poolSize=0", /poolSize must be a number/],
    ["mariadb://app:s3cret@db/usher?poolSize=501", /poolSize must be a number/],
    ["mariadb://app:s3cret@db/usher?poolSize=1.5", /poolSize must be a number/],
  ])("%s is refused with a sentence", (url, sentence) => {
    const mistake = findDatabaseUrlMistake(url);
    expect(mistake).toMatch(sentence);
    expect(mistake).toMatch(/^[A-Z].*\.$/);
    expect(mistake).not.toMatch(/s3/);
    expect(() => parseDatabaseUrl(url)).toThrow(sentence);
  });

  test("is read with all its parts", () => {
    expect(findDatabaseUrlMistake("sqlite:./data/usher.sqlite")).toBeNull();
    expect(parseDatabaseUrl("sqlite:/srv/a b/usher.sqlite")).toEqual({ kind: "sqlite", path: "/srv/a b/usher.sqlite" });
    expect(parseDatabaseUrl("mysql://us%40er:p%2Fw%23@[::1]:3307/usher?tls=true&poolSize=25")).toEqual({
      kind: "mysql",
      host: "::1",
      port: 3307,
      username: "us@er",
      password: "p/w#",
      database: "usher",
      tls: true,
      poolSize: 25,
    });
    for (const poolSize of [1, 500])
      expect(parseDatabaseUrl(`mysql://app@db/usher?poolSize=${poolSize}`)).toMatchObject({ poolSize });
    expect(parseDatabaseUrl("mariadb://app@db/usher")).toMatchObject({
      kind: "mariadb",
      port: 3306,
      password: "",
      tls: false,
    });
  });
});

describe("an error about a server that cannot be used does not contain the password", () => {
  test("when the connection is refused", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, "close");
    const error = await openError(`mariadb://app:s3cret@127.0.0.1:${port}/usher`);
    expect(error.message).toBe(
      `The MariaDB database "usher" at 127.0.0.1:${port} cannot be used as "app": the connection was refused; check that the server runs on this port.`,
    );
    expect(showAll(error)).not.toContain("s3cret");
  });

  const onServer = onMariaDb ? test : test.skip;

  onServer("when it refuses the password, lacks the database, or is of the other kind", async () => {
    const { url, remove } = await testDatabaseUrl();
    try {
      const address = new URL(url);
      address.username = "nobody";
      address.password = "s3cret";
      const refused = await openError(address.href);
      expect(refused.message).toMatch(/as "nobody": the server refuses the user or the password\.$/);
      expect(showAll(refused)).not.toContain("s3cret");
      expect((await openError(`${url}_absent`)).message).toMatch(/the database does not exist; create it first\.$/);
      expect((await openError(url.replace("mariadb://", "mysql://"))).message).toMatch(
        /is MariaDB: begin the database URL with mariadb:\/\/ /,
      );
      expect((await openError(`${url}?tls=true`)).message).toMatch(/the server does not offer TLS\.$/);
    } finally {
      await remove();
    }
  });
});

describe("a SQLite file", () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "usher-test-"));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("is created with its folder, keeps committed rows, and enforces foreign keys", async () => {
    const path = join(folder, "deep", "er", "usher.sqlite");
    const database = await openDatabase({ url: `sqlite:${path}`, ...NOTHING });
    expect(existsSync(path)).toBe(true);
    expect(await database.dataSource.query("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await database.dataSource.query("PRAGMA synchronous")).toEqual([{ synchronous: 2 }]);
    expect(await database.dataSource.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
    await expect(database.reader.rows("CREATE TABLE note (id int)")).rejects.toThrow(/readonly|answer rows/);
    await database.close();
  });

  test("waits for the disk at each commit except those that may be lost, also after one of those failed", async () => {
    const database = await openDatabase({ url: `sqlite:${join(folder, "usher.sqlite")}`, ...NOTHING });
    const inForce = ({ row }: Transaction) => row<{ synchronous: number }>("PRAGMA synchronous");
    const [FULL, NORMAL] = [{ synchronous: 2 }, { synchronous: 1 }];
    const together = [{ mayBeLost: true }, {}, { mayBeLost: true }, {}].map((options) =>
      database.transact(inForce, options),
    );
    expect(await Promise.all(together)).toEqual([NORMAL, FULL, NORMAL, FULL]);
    const failing = async (transaction: Transaction) => {
      await transaction.execute("CREATE TABLE note (id int)");
      throw new Error("thrown by the work");
    };
    await expect(database.transact(failing, { mayBeLost: true })).rejects.toThrow("thrown by the work");
    expect(await database.transact(inForce)).toEqual(FULL);
    await database.close();
  });

  test("that cannot be opened is named with the reason, and its lock is released", async () => {
    const path = join(folder, "usher.sqlite");
    writeFileSync(path, "This is a text and no database. ".repeat(100));
    const sentence = `The SQLite database ${path} cannot be opened: file is not a database.`;
    for (const _ of [1, 2]) expect((await openError(`sqlite:${path}`)).message).toBe(sentence);
    const inFile = await openError(`sqlite:${join(path, "usher.sqlite")}`);
    expect(inFile.message).toMatch(/usher\.sqlite cannot be opened: (ENOTDIR|EEXIST)/);
    writeFileSync(path, "");
    await (await openDatabase({ url: `sqlite:${path}`, ...NOTHING })).close();
  });

  test("is open in one process only: a second is refused by any path, until the first closes it", async () => {
    const url = `sqlite:${join(folder, "usher.sqlite")}`;
    const first = await openDatabase({ url, ...NOTHING });
    await expect(openDatabase({ url, ...NOTHING })).rejects.toThrow(DatabaseInUseError);
    symlinkSync(folder, join(folder, "link"));
    symlinkSync(join(folder, "usher.sqlite"), join(folder, "other.sqlite"));
    for (const path of ["link/usher.sqlite", "other.sqlite"]) {
      const opening = openDatabase({ url: `sqlite:${join(folder, path)}`, ...NOTHING });
      await expect(opening).rejects.toThrow(/Another process uses the SQLite database .*usher\.sqlite/);
    }
    await first.transact((transaction) => transaction.execute("CREATE TABLE note (id int)"));
    await first.close();
    const second = await openDatabase({ url, ...NOTHING });
    expect(await second.reader.rows("SELECT * FROM note")).toEqual([]);
    await second.close();
  });

  test("is released as soon as its process is killed", async () => {
    const path = join(folder, "usher.sqlite");
    const child = holdLockInAnotherProcess(path);
    children.push(child);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    await expect(openDatabase({ url: `sqlite:${path}`, ...NOTHING })).rejects.toThrow(DatabaseInUseError);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect(existsSync(`${path}-process`)).toBe(true);
    const database = await openDatabase({ url: `sqlite:${path}`, ...NOTHING });
    await database.close();
  });
});

/** A different process that holds the lock. It takes the lock without Usher's code, because it cannot load TypeScript. */
function holdLockInAnotherProcess(path: string): ChildProcess {
  const program = `
    const Sqlite = require(${JSON.stringify(SQLITE_PACKAGE)});
    const handle = new Sqlite(process.argv[1] + "-process");
    handle.exec("BEGIN EXCLUSIVE");
    console.log("held");
    setInterval(() => {}, 1000);
  `;
  const options = { cwd: resolve("."), stdio: ["ignore", "pipe", "inherit"] as ("ignore" | "pipe" | "inherit")[] };
  return spawn(process.execPath, ["-e", program, path], options);
}

async function openError(url: string): Promise<Error> {
  try {
    const database = await openDatabase({ url, ...NOTHING });
    await database.close();
  } catch (error) {
    return error as Error;
  }
  throw new Error("The database was opened.");
}

function showAll(error: Error): string {
  const { stack, cause } = error;
  return [stack, JSON.stringify(error), String(cause), JSON.stringify(cause), (cause as Error).stack].join();
}
