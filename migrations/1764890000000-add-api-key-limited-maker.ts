/** The maker of an API key who does not hold every permission: the key never gives more than its maker holds. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, id } from "../src/platform/database/columns.js";

export class AddApiKeyLimitedMaker1764890000000 implements MigrationInterface {
  name = "AddApiKeyLimitedMaker1764890000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "api_key", id("limited_maker", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("api_key", "limited_maker");
  }
}
