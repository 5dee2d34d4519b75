/** What a connection has learnt from its provider, for a restart while the provider is down. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, text } from "../src/platform/database/columns.js";

export class AddConnectionLearned1764820000000 implements MigrationInterface {
  name = "AddConnectionLearned1764820000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "connection_health", text("learned", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("connection_health", "learned");
  }
}
