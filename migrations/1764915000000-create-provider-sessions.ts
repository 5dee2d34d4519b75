/** The sessions that people have at their providers, and the sign-outs at a provider that are under way. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, hash, id, text, time } from "../src/platform/database/columns.js";

export class CreateProviderSessions1764915000000 implements MigrationInterface {
  name = "CreateProviderSessions1764915000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "provider_session", {
      columns: [
        id("session_id"),
        id("connection_id"),
        hash("subject_hash"),
        hash("index_hash", { nullable: true }),
        text("payload"),
      ],
      primaryKey: ["session_id"],
      indices: [
        { name: "ix_provider_session_subject", columns: ["connection_id", "subject_hash"] },
        { name: "ix_provider_session_index", columns: ["connection_id", "index_hash"] },
      ],
      foreignKeys: [
        {
          name: "fk_provider_session_session",
          columns: ["session_id"],
          table: "user_session",
          onDelete: "CASCADE",
          onUpdate: "CASCADE",
        },
      ],
    });
    await createTable(queryRunner, "sso_logout", {
      columns: [hash("handle_hash"), id("connection_id"), text("payload"), time("expires_at")],
      primaryKey: ["handle_hash"],
      indices: [{ name: "ix_sso_logout_expiry", columns: ["expires_at"] }],
      foreignKeys: [
        { name: "fk_sso_logout_connection", columns: ["connection_id"], table: "sso_connection", onDelete: "CASCADE" },
      ],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable("sso_logout");
    await queryRunner.dropTable("provider_session");
  }
}
