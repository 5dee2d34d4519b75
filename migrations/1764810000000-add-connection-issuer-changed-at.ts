/** When a connection's issuer was last changed under people who were linked: a sign-in that is refused for it says so. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, time } from "../src/platform/database/columns.js";

export class AddConnectionIssuerChangedAt1764810000000 implements MigrationInterface {
  name = "AddConnectionIssuerChangedAt1764810000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "sso_connection", time("issuer_changed_at", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("sso_connection", "issuer_changed_at");
  }
}
