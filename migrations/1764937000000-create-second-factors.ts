/** Second factors of accounts with a password: authenticator apps, passkeys and recovery codes. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { boolean, createTable, double, hash, id, string, text, time } from "../src/platform/database/columns.js";

export class CreateSecondFactors1764937000000 implements MigrationInterface {
  name = "CreateSecondFactors1764937000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "second_factor", {
      columns: [
        id(),
        id("user_id"),
        string("kind", 20),
        string("label", 100),
        text("secret", { nullable: true }),
        double("last_step", { nullable: true }),
        hash("credential_hash", { nullable: true }),
        text("credential", { nullable: true }),
        double("counter", { nullable: true }),
        boolean("backed_up", { nullable: true }),
        time("created_at"),
        time("last_used_at", { nullable: true }),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ix_second_factor_user", columns: ["user_id"] },
        { name: "ux_second_factor_credential", columns: ["credential_hash"], unique: true },
      ],
      foreignKeys: [{ name: "fk_second_factor_user", columns: ["user_id"], table: "app_user", onDelete: "CASCADE" }],
    });
    await createTable(queryRunner, "recovery_code", {
      columns: [id("user_id"), hash("code_hash"), time("created_at")],
      primaryKey: ["user_id", "code_hash"],
      indices: [],
      foreignKeys: [{ name: "fk_recovery_code_user", columns: ["user_id"], table: "app_user", onDelete: "CASCADE" }],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable("recovery_code");
    await queryRunner.dropTable("second_factor");
  }
}
