/**
 * The rules of provisioning directories: mappings and policies of their own, the roles that a provider may give, the lock of
 * managed people and groups, and the directory as the source of roles and memberships.
 */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, boolean, createTable, id, integer, json, string, time } from "../src/platform/database/columns.js";

export class AddDirectoryRules1764931000000 implements MigrationInterface {
  name = "AddDirectoryRules1764931000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "directory_mapping", {
      columns: [
        id(),
        id("directory_id"),
        string("kind", 20),
        integer("position"),
        string("claim", 500),
        string("operator", 20, { nullable: true }),
        json("match_values", { nullable: true }),
        boolean("ignore_case"),
        string("target", 64),
        time("created_at"),
      ],
      primaryKey: ["id"],
      indices: [{ name: "ix_directory_mapping", columns: ["directory_id", "kind", "position"] }],
      foreignKeys: [
        {
          name: "fk_directory_mapping_directory",
          columns: ["directory_id"],
          table: "provisioning_directory",
          onDelete: "CASCADE",
        },
      ],
    });
    await addColumn(queryRunner, "provisioning_directory", json("policies", { nullable: true }));
    await addColumn(queryRunner, "provisioning_directory", json("assignable_roles", { nullable: true }));
    await addColumn(queryRunner, "provisioning_directory", boolean("lock_managed", { default: false }));
    await addColumn(queryRunner, "membership_role", id("directory_id", { nullable: true }));
    await addColumn(queryRunner, "group_member", id("directory_id", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("group_member", "directory_id");
    await queryRunner.dropColumn("membership_role", "directory_id");
    await queryRunner.dropColumn("provisioning_directory", "lock_managed");
    await queryRunner.dropColumn("provisioning_directory", "assignable_roles");
    await queryRunner.dropColumn("provisioning_directory", "policies");
    await queryRunner.dropTable("directory_mapping");
  }
}
