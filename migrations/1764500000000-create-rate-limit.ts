/** Rate limits, and an index to delete old sign-in attempts. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addIndex, createTable, hash, integer, time } from "../src/platform/database/columns.js";

export class CreateRateLimit1764500000000 implements MigrationInterface {
  name = "CreateRateLimit1764500000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "rate_limit", {
      columns: [hash("key_hash"), integer("points"), time("expires_at")],
      primaryKey: ["key_hash"],
      indices: [{ name: "ix_rate_limit_expiry", columns: ["expires_at"] }],
    });
    await addIndex(queryRunner, "sign_in_attempt", { name: "ix_sign_in_attempt_time", columns: ["occurred_at"] });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("sign_in_attempt", "ix_sign_in_attempt_time");
    await queryRunner.dropTable("rate_limit");
  }
}
