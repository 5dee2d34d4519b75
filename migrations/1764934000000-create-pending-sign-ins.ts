/** Sign-ins whose password was right and that wait for something else, such as a new password. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, hash, id, json, string, time } from "../src/platform/database/columns.js";

export class CreatePendingSignIns1764934000000 implements MigrationInterface {
  name = "CreatePendingSignIns1764934000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "pending_sign_in", {
      columns: [
        hash("token_hash"),
        id("user_id"),
        string("hold", 20),
        json("attempt"),
        string("return_to", 2048, { nullable: true }),
        time("created_at"),
        time("expires_at"),
      ],
      primaryKey: ["token_hash"],
      indices: [
        { name: "ix_pending_sign_in_user", columns: ["user_id"] },
        { name: "ix_pending_sign_in_expiry", columns: ["expires_at"] },
      ],
      foreignKeys: [{ name: "fk_pending_sign_in_user", columns: ["user_id"], table: "app_user", onDelete: "CASCADE" }],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable("pending_sign_in");
  }
}
