/**
 * Migrated databases for tests that are not about migrations. They are copies of a cached template, whose name is a hash of
 * its sources.
 */
import { createHash } from "node:crypto";
import { copyFile, readFile, rename, writeFile } from "node:fs/promises";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import { migrations } from "../../migrations/index.js";
import { entities } from "../../src/entities.js";
import { migrate } from "../../src/platform/database/migrations.js";
import { openDatabase } from "../../src/platform/database/open-database.js";
import { placeInCache, placeUnfinished, ROOT } from "./cache.js";
import {
  connectToServer,
  onMariaDb,
  openTestDatabase,
  testDatabaseUrl,
  type TestDatabase,
  type TestDatabaseUrl,
} from "./database.js";

/** The files that determine the schema. Any change of them makes a new template. */
const MADE_FROM = ["migrations", "src/platform/database", "package-lock.json"];

/** Makes a new, migrated database, which any process may open by its URL. */
export async function migratedDatabaseUrl(): Promise<TestDatabaseUrl> {
  const database = await testDatabaseUrl();
  try {
    await migrateByCopy(database.url);
    return database;
  } catch (error) {
    await database.remove();
    throw error;
  }
}

/** Opens a new, migrated database with Usher's entities. */
export async function openMigratedDatabase(): Promise<TestDatabase> {
  return await openTestDatabase({ entities, migrations }, await migratedDatabaseUrl());
}

async function migrateByCopy(url: string): Promise<void> {
  const template = placeInCache(`${hashSources()}.${onMariaDb ? "sql" : "sqlite"}`);
  if (template === null) return await migrateByItself(url);
  if (!existsSync(template)) {
    const unfinished = placeUnfinished(template);
    await makeTemplate(unfinished);
    await rename(unfinished, template);
  }
  if (!onMariaDb) return await copyFile(template, pathOf(url));
  await onServer(url, async (connection) => void (await connection.query(await readFile(template, "utf8"))));
}

async function makeTemplate(file: string): Promise<void> {
  const { url, remove } = await testDatabaseUrl();
  try {
    await migrateByItself(url);
    await (onMariaDb ? writeFile(file, await onServer(url, describe)) : copyFile(pathOf(url), file));
  } finally {
    await remove();
  }
}

async function migrateByItself(url: string): Promise<void> {
  const database = await openDatabase({ url, entities, migrations });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}

/** The statements that recreate every table of a database with its rows. */
async function describe(connection: Connection): Promise<string> {
  const statements = ["SET FOREIGN_KEY_CHECKS = 0"];
  const ask = async (sql: string) =>
    (await connection.query({ sql, rowsAsArray: true }))[0] as unknown as (string | number)[][];
  for (const [table] of await ask("SHOW TABLES")) {
    const [[, create] = []] = await ask(`SHOW CREATE TABLE \`${table}\``);
    const rows = await ask(`SELECT * FROM \`${table}\``);
    statements.push(String(create));
    if (rows.length > 0) statements.push(connection.format(`INSERT INTO \`${table}\` VALUES ?`, [rows]));
  }
  return statements.join(";\n");
}

async function onServer<Result>(url: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  const connection = await connectToServer({
    database: new URL(url).pathname.slice(1),
    multipleStatements: true,
    dateStrings: true,
  });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

const pathOf = (url: string) => url.slice("sqlite:".length);

function hashSources(): string {
  const hash = createHash("sha256");
  for (const source of MADE_FROM.map((name) => join(ROOT, name)).filter((path) => existsSync(path)))
    for (const file of statSync(source).isDirectory()
      ? readdirSync(source).map((name) => join(source, name))
      : [source])
      hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  return hash.digest("hex");
}
