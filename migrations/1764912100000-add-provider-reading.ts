/** When upkeep last read what a connection's provider publishes, and why it cannot read it now. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, json, time } from "../src/platform/database/columns.js";

export class AddProviderReading1764912100000 implements MigrationInterface {
  name = "AddProviderReading1764912100000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "connection_health", time("provider_read_at", { nullable: true }));
    await addColumn(queryRunner, "connection_health", json("provider_failure", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("connection_health", "provider_failure");
    await queryRunner.dropColumn("connection_health", "provider_read_at");
  }
}
