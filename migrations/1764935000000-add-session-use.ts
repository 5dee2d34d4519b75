/** When a session was last used, and when it ends in any case. A session without these columns ends at `expires_at`. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, time } from "../src/platform/database/columns.js";

const COLUMNS = [time("ends_at", { nullable: true }), time("last_used_at", { nullable: true })];

export class AddSessionUse1764935000000 implements MigrationInterface {
  name = "AddSessionUse1764935000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await addColumn(queryRunner, "user_session", column);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name } of COLUMNS) await queryRunner.dropColumn("user_session", name);
  }
}
