/** The people who run the installation: their accounts, sessions and one-time links, apart from those of organizations. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, hash, id, integer, string, time } from "../src/platform/database/columns.js";

export class CreateOperators1764936200000 implements MigrationInterface {
  name = "CreateOperators1764936200000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "operator_account", {
      columns: [
        id(),
        string("email", 254),
        string("email_key", 254),
        string("full_name", 200),
        string("password_hash", 255, { nullable: true }),
        integer("failed_attempts", { default: 0 }),
        time("locked_until", { nullable: true }),
        time("last_signed_in_at", { nullable: true }),
        time("created_at"),
      ],
      primaryKey: ["id"],
      indices: [{ name: "ux_operator_account_email", columns: ["email_key"], unique: true }],
    });
    const ofOperator = (table: string) => ({
      name: `fk_${table}_operator`,
      columns: ["operator_id"],
      table: "operator_account",
      onDelete: "CASCADE" as const,
    });
    await createTable(queryRunner, "operator_session", {
      columns: [
        id(),
        hash("token_hash"),
        id("operator_id"),
        string("address", 64, { nullable: true }),
        string("user_agent", 400, { nullable: true }),
        time("created_at"),
        time("expires_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ux_operator_session_token", columns: ["token_hash"], unique: true },
        { name: "ix_operator_session_operator", columns: ["operator_id"] },
        { name: "ix_operator_session_expiry", columns: ["expires_at"] },
      ],
      foreignKeys: [ofOperator("operator_session")],
    });
    await createTable(queryRunner, "operator_link", {
      columns: [
        id(),
        hash("token_hash"),
        id("operator_id", { nullable: true }),
        time("created_at"),
        time("expires_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ux_operator_link_token", columns: ["token_hash"], unique: true },
        { name: "ix_operator_link_operator", columns: ["operator_id"] },
        { name: "ix_operator_link_expiry", columns: ["expires_at"] },
      ],
      foreignKeys: [ofOperator("operator_link")],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ["operator_link", "operator_session", "operator_account"]) await queryRunner.dropTable(table);
  }
}
