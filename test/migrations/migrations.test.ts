/** The migrations make exactly what the entities describe, and can be undone, on whichever database the tests run on. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { migrations } from "../../migrations/index.js";
import { entities } from "../../src/entities.js";
import { migrate, pendingMigrations, schemaDrift, undoLastMigration } from "../../src/platform/database/migrations.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";

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
});
