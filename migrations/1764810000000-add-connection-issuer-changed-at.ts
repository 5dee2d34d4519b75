/** When the issuer of a connection with linked people last changed, so that a refused sign-in can name the reason. */
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
