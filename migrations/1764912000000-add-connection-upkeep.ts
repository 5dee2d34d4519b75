/** When Usher next looks after a connection by itself, and which worker does so now. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, id, time } from "../src/platform/database/columns.js";

export class AddConnectionUpkeep1764912000000 implements MigrationInterface {
  name = "AddConnectionUpkeep1764912000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "connection_health", time("upkeep_due_at", { nullable: true }));
    await addColumn(queryRunner, "connection_health", id("upkeep_lease_id", { nullable: true }));
    await addIndex(queryRunner, "connection_health", {
      name: "ix_connection_health_upkeep",
      columns: ["upkeep_due_at"],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("connection_health", "ix_connection_health_upkeep");
    await queryRunner.dropColumn("connection_health", "upkeep_lease_id");
    await queryRunner.dropColumn("connection_health", "upkeep_due_at");
  }
}
