/** Whether a provider verified the address that it sent last, on which linking by address depends. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, boolean } from "../src/platform/database/columns.js";

export class AddIdentityEmailVerified1764750000000 implements MigrationInterface {
  name = "AddIdentityEmailVerified1764750000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "identity", boolean("email_verified", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("identity", "email_verified");
  }
}
