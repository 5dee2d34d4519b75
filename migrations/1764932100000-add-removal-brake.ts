/** The accounts whose access a provisioning directory ended, and why a directory is paused. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, createTable, id, integer, string, time } from "../src/platform/database/columns.js";

export class AddRemovalBrake1764932100000 implements MigrationInterface {
  name = "AddRemovalBrake1764932100000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "directory_removal", {
      columns: [
        id(),
        id("directory_id"),
        id("user_id"),
        id("event_id"),
        time("arrived_at", { nullable: true }),
        integer("ended_ms", { nullable: true }),
        time("removed_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ix_directory_removal_order", columns: ["directory_id", "removed_at", "id"] },
        { name: "ix_directory_removal_time", columns: ["removed_at"] },
      ],
      foreignKeys: [
        {
          name: "fk_directory_removal_directory",
          columns: ["directory_id"],
          table: "provisioning_directory",
          onDelete: "CASCADE",
        },
      ],
    });
    // A directory that is paused already was paused by an administrator, because there was nothing else.
    await addColumn(queryRunner, "provisioning_directory", string("pause_reason", 20, { nullable: true }));
    await queryRunner.query("UPDATE provisioning_directory SET pause_reason = 'ADMINISTRATOR' WHERE state = 'PAUSED'");
    await addColumn(queryRunner, "provisioning_directory", time("released_at", { nullable: true }));
    await addColumn(queryRunner, "provisioning_directory", time("removals_allowed_until", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ["removals_allowed_until", "released_at", "pause_reason"])
      await queryRunner.dropColumn("provisioning_directory", column);
    await queryRunner.dropTable("directory_removal");
  }
}
