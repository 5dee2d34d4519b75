/** Which sign-in opened a session, so that a browser that repeats the last request of that sign-in stays signed in. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, hash } from "../src/platform/database/columns.js";

export class AddSessionFlowHash1764870000000 implements MigrationInterface {
  name = "AddSessionFlowHash1764870000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "user_session", hash("flow_hash", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("user_session", "flow_hash");
  }
}
