/** The mark of accounts that keep their way in by password when an organization requires single sign-on. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, boolean, time } from "../src/platform/database/columns.js";

export class AddBreakGlass1764936000000 implements MigrationInterface {
  name = "AddBreakGlass1764936000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "app_user", boolean("is_break_glass", { default: false }));
    await addIndex(queryRunner, "app_user", {
      name: "ix_app_user_break_glass",
      columns: ["home_organization_id", "is_break_glass"],
    });
    await addColumn(queryRunner, "organization", time("break_glass_missing_since", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("organization", "break_glass_missing_since");
    await queryRunner.dropIndex("app_user", "ix_app_user_break_glass");
    await queryRunner.dropColumn("app_user", "is_break_glass");
  }
}
