/** The migrations make exactly the schema of the entities and can be undone, on the database of the test run. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { migrations } from "../../migrations/index.js";
import { entities } from "../../src/entities.js";
import { migrate, pendingMigrations, schemaDrift, undoLastMigration } from "../../src/platform/database/migrations.js";
import { onMariaDb, openTestDatabase, type TestDatabase } from "../support/database.js";
import { readDatabaseImage } from "../support/database-image.js";
import { openMigratedDatabase } from "../support/migrated-database.js";
import { isLong } from "../../testing/long.js";
import { killWhileMigrating } from "../support/killed-migrations.js";

describe("migrations", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase({ entities, migrations });
  });
  afterAll(() => database.close());

  it("leave nothing for the schema builder to change", async () => {
    expect(await migrate(database)).toHaveLength(migrations.length);
    expect(await pendingMigrations(database)).toEqual([]);
    expect(await schemaDrift(database)).toEqual([]);
  });

  it("are copied whole to databases of tests that are not about migrating", async () => {
    const copy = await openMigratedDatabase();
    try {
      expect(await pendingMigrations(copy)).toEqual([]);
      expect(await schemaDrift(copy)).toEqual([]);
      // The lock table differs, because the other process had the lock last.
      const { migration_turn: _, ...image } = await readDatabaseImage(database.url);
      expect(await readDatabaseImage(copy.url)).toMatchObject(image);
    } finally {
      await copy.close();
    }
  });

  it("keep the order of their timestamps", () => {
    const names = migrations.map((migration) => new migration().name ?? "");
    expect(names).toEqual([...names].sort((left, right) => Number(left.slice(-13)) - Number(right.slice(-13))));
  });

  it("can all be undone one by one, and run again", async () => {
    for (const migration of migrations.toReversed())
      expect(await undoLastMigration(database)).toBe(new migration().name);
    expect(await undoLastMigration(database)).toBeNull();
    expect(await migrate(database)).toHaveLength(migrations.length);
    expect(await schemaDrift(database)).toEqual([]);
  });

  it("give managers of existing organizations the training of their team in place of everybody's, and back", async () => {
    const roles: Record<string, readonly string[]> = {
      ADMIN: ["GROUPS_READ", "TRAINING_READ", "TRAINING_WRITE"],
      MANAGER: ["USERS_READ", "GROUPS_READ", "TRAINING_READ"],
      AUDITOR: ["TRAINING_READ", "EVENTS_READ"],
      TRAINER: ["TRAINING_READ", "TRAINING_WRITE"],
    };
    const permissions = async () => {
      const rows = await database.reader.rows<{ role_key: string; permissions: string }>(
        "SELECT role_key, permissions FROM role",
      );
      return Object.fromEntries(rows.map((row) => [row.role_key, JSON.parse(row.permissions) as string[]]));
    };
    let undone: string | null;
    do undone = await undoLastMigration(database);
    while (undone !== "CreateTraining1764700000000");
    const time = "2026-01-31 08:15:00.123";
    await database.transact(async (unit) => {
      await unit.execute(
        `INSERT INTO organization (id, slug, name, time_zone, policies, sso_allowed, version, created_at, updated_at)
         VALUES ('o', 'o', 'O', 'UTC', '{}', 1, 1, ?, ?)`,
        [time, time],
      );
      for (const [key, held] of Object.entries(roles))
        await unit.execute(
          `INSERT INTO role (id, organization_id, role_key, name, role_rank, permissions, built_in)
           VALUES (?, 'o', ?, ?, 1, ?, ?)`,
          [key, key, key, JSON.stringify(held), key !== "TRAINER"],
        );
    });
    await migrate(database);
    expect(await permissions()).toEqual({
      ...roles,
      ADMIN: ["GROUPS_READ", "TRAINING_READ", "TEAM_TRAINING_READ", "TRAINING_WRITE"],
      MANAGER: ["USERS_READ", "GROUPS_READ", "TEAM_TRAINING_READ"],
    });
    do undone = await undoLastMigration(database);
    while (undone !== "CreateTraining1764700000000");
    expect(await permissions()).toEqual(roles);
  });

  (onMariaDb ? it : it.skip)(
    "go on after a kill at any statement, where each change commits by itself",
    async () => {
      const every = isLong ? 1 : 7;
      const { starts, drift, pending } = await killWhileMigrating({ entities, migrations }, every);
      expect(drift).toEqual([]);
      expect(pending).toEqual([]);
      // Each table is one statement, with a note before and after it: three places for a kill.
      expect(starts).toBeGreaterThan((3 * entities.length) / every);
    },
    900_000,
  );

  it("leave of a guest what lists may show, and bring the rest back", async () => {
    const time = "2026-01-31 08:15:00.123";
    const undoIt = async () => {
      let undone = await undoLastMigration(database);
      while (undone !== null && undone !== "WithholdGuests1764850000000") undone = await undoLastMigration(database);
      expect(undone).not.toBeNull();
    };
    await migrate(database);
    await undoIt();
    await database.transact(async (unit) => {
      for (const id of ["home", "host"])
        await unit.execute(
          `INSERT INTO organization (id, slug, name, time_zone, policies, sso_allowed, version, created_at, updated_at)
           VALUES (?, ?, 'O', 'UTC', '{}', 1, 1, ?, ?)`,
          [id, id, time, time],
        );
      await unit.execute(
        `INSERT INTO app_user (id, home_organization_id, email, email_key, username, first_name, first_name_key, last_name,
                               last_name_key, full_name, employee_id, status, auth_method, version, created_at, updated_at)
         VALUES ('u', 'home', 'Ada@acme.test', 'ada@acme.test', 'countess', 'Ada', 'ada', 'King', 'king', 'Ada King', 'E-7',
                 'ACTIVE', 'SSO', 1, ?, ?)`,
        [time, time],
      );
      for (const organization of ["home", "host"]) {
        await unit.execute(
          "INSERT INTO membership (organization_id, user_id, created_at, status) VALUES (?, 'u', ?, 'ACTIVE')",
          [organization, time],
        );
        for (const term of [
          "ada",
          "ada king",
          "king",
          "ada@acme.test",
          "countess",
          "e-7",
          " reports to boss@acme.test",
        ])
          await unit.execute("INSERT INTO membership_term (organization_id, term, user_id) VALUES (?, ?, 'u')", [
            organization,
            term,
          ]);
      }
    });
    const read = async (organization: string) => ({
      status: (
        await database.reader.row<{ status: string }>("SELECT status FROM membership WHERE organization_id = ?", [
          organization,
        ])
      )?.status,
      terms: (
        await database.reader.rows<{ term: string }>("SELECT term FROM membership_term WHERE organization_id = ?", [
          organization,
        ])
      )
        .map(({ term }) => term)
        .toSorted(),
    });
    const before = await read("home");
    await migrate(database);
    expect(await read("host")).toEqual({ status: "", terms: ["ada", "ada king", "ada@acme.test", "king"] });
    expect(await read("home")).toEqual(before);
    await undoIt();
    expect(await read("host")).toEqual(before);
  });
});
