/** The keys with which a provider signs assertions for a directory, and the access tokens that Usher gives for them. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, createTable, hash, id, json, string, time } from "../src/platform/database/columns.js";

export class CreateDirectoryAssertions1764933000000 implements MigrationInterface {
  name = "CreateDirectoryAssertions1764933000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "directory_assertion", {
      columns: [
        id(),
        id("directory_id"),
        string("issuer", 1000, { nullable: true }),
        string("jwks_url", 2000, { nullable: true }),
        json("jwks", { nullable: true }),
        time("created_at"),
      ],
      primaryKey: ["id"],
      indices: [{ name: "ux_directory_assertion_directory", columns: ["directory_id"], unique: true }],
      foreignKeys: [
        {
          name: "fk_directory_assertion_directory",
          columns: ["directory_id"],
          table: "provisioning_directory",
          onDelete: "CASCADE",
        },
      ],
    });
    await addColumn(queryRunner, "directory_token", hash("assertion_hash", { nullable: true }));
    await addIndex(queryRunner, "directory_token", {
      name: "ux_directory_token_assertion",
      columns: ["directory_id", "assertion_hash"],
      unique: true,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Without the column, an access token would be a directory's token.
    await queryRunner.query("DELETE FROM directory_token WHERE assertion_hash IS NOT NULL");
    await queryRunner.dropIndex("directory_token", "ux_directory_token_assertion");
    await queryRunner.dropColumn("directory_token", "assertion_hash");
    await queryRunner.dropTable("directory_assertion");
  }
}
