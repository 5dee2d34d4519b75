/** What the provider said at a test sign-in, and at each person's last sign-in; and which attempts are tests. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, createTable, hash, id, string, text, time } from "../src/platform/database/columns.js";

export class CreateSignInEvidence1764910000000 implements MigrationInterface {
  name = "CreateSignInEvidence1764910000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "sign_in_attempt", string("kind", 20, { default: "SIGN_IN" }));
    await createTable(queryRunner, "sign_in_evidence", {
      columns: [
        hash("id"),
        id("attempt_id"),
        id("connection_id"),
        id("user_id", { nullable: true }),
        string("kind", 20),
        text("payload"),
        time("occurred_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ix_sign_in_evidence_attempt", columns: ["attempt_id"] },
        { name: "ix_sign_in_evidence_connection", columns: ["connection_id", "kind", "occurred_at"] },
        { name: "ix_sign_in_evidence_user", columns: ["user_id"] },
      ],
      foreignKeys: [
        {
          name: "fk_sign_in_evidence_attempt",
          columns: ["attempt_id"],
          table: "sign_in_attempt",
          onDelete: "CASCADE",
        },
      ],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable("sign_in_evidence");
    await queryRunner.dropColumn("sign_in_attempt", "kind");
  }
}
