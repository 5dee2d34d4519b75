/** An index to find accounts that never signed in, or not since a time. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addIndex } from "../src/platform/database/columns.js";

export class IndexSignIns1764900000000 implements MigrationInterface {
  name = "IndexSignIns1764900000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addIndex(queryRunner, "app_user", {
      name: "ix_app_user_signed_in",
      columns: ["home_organization_id", "last_signed_in_at"],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("app_user", "ix_app_user_signed_in");
  }
}
