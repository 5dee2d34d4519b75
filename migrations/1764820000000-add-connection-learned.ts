/** What a connection learnt of its provider by itself, so that a restart begins with it while the provider does not answer. */
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
