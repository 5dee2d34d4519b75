/** The text of a connection's button, if it differs from "Sign in to NAME". */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, string } from "../src/platform/database/columns.js";

export class AddConnectionButtonLabel1764916000000 implements MigrationInterface {
  name = "AddConnectionButtonLabel1764916000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "sso_connection", string("button_label", 100, { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("sso_connection", "button_label");
  }
}
