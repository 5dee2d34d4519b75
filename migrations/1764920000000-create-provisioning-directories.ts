/** Provisioning directories with their tokens, the resources that each directory keeps, and what it removed. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, hash, id, integer, json, string, time } from "../src/platform/database/columns.js";

export class CreateProvisioningDirectories1764920000000 implements MigrationInterface {
  name = "CreateProvisioningDirectories1764920000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "provisioning_directory", {
      columns: [
        id(),
        id("organization_id"),
        id("connection_id", { nullable: true }),
        string("name", 100),
        string("state", 20),
        string("deprovision_action", 20),
        string("sign_in_match", 20),
        integer("version"),
        time("created_at"),
        time("updated_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ix_provisioning_directory_organization", columns: ["organization_id", "created_at", "id"] },
        { name: "ix_provisioning_directory_connection", columns: ["connection_id"] },
      ],
      foreignKeys: [
        {
          name: "fk_provisioning_directory_organization",
          columns: ["organization_id"],
          table: "organization",
          onDelete: "CASCADE",
        },
        {
          name: "fk_provisioning_directory_connection",
          columns: ["connection_id"],
          table: "sso_connection",
          onDelete: "SET NULL",
        },
      ],
    });
    await createTable(queryRunner, "directory_token", {
      columns: [
        id(),
        id("directory_id"),
        hash("token_hash"),
        time("created_at"),
        time("expires_at", { nullable: true }),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ux_directory_token_hash", columns: ["token_hash"], unique: true },
        { name: "ix_directory_token_directory", columns: ["directory_id"] },
      ],
      foreignKeys: [ofDirectory("directory_token")],
    });
    await createTable(queryRunner, "directory_resource", {
      columns: [
        id(),
        id("directory_id"),
        string("kind", 10),
        id("user_id", { nullable: true }),
        id("group_id", { nullable: true }),
        hash("name_hash"),
        hash("external_hash", { nullable: true }),
        json("document"),
        integer("version"),
        time("created_at"),
        time("modified_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ux_directory_resource_name", columns: ["directory_id", "kind", "name_hash"], unique: true },
        { name: "ux_directory_resource_external", columns: ["directory_id", "kind", "external_hash"], unique: true },
        { name: "ux_directory_resource_user", columns: ["user_id"], unique: true },
        { name: "ux_directory_resource_group", columns: ["group_id"], unique: true },
        { name: "ix_directory_resource_order", columns: ["directory_id", "kind", "id"] },
      ],
      foreignKeys: [
        ofDirectory("directory_resource"),
        { name: "fk_directory_resource_user", columns: ["user_id"], table: "app_user", onDelete: "CASCADE" },
        { name: "fk_directory_resource_group", columns: ["group_id"], table: "user_group", onDelete: "CASCADE" },
      ],
    });
    await createTable(queryRunner, "directory_value", {
      columns: [
        id("resource_id"),
        string("attribute", 100),
        integer("element"),
        id("directory_id"),
        string("value_key", 300),
      ],
      primaryKey: ["resource_id", "attribute", "element"],
      indices: [{ name: "ix_directory_value_key", columns: ["directory_id", "attribute", "value_key"] }],
      foreignKeys: [
        {
          name: "fk_directory_value_resource",
          columns: ["resource_id"],
          table: "directory_resource",
          onDelete: "CASCADE",
        },
      ],
    });
    await createTable(queryRunner, "directory_tombstone", {
      columns: [
        id(),
        id("directory_id"),
        id("user_id", { nullable: true }),
        hash("name_hash"),
        hash("external_hash", { nullable: true }),
        hash("email_hash", { nullable: true }),
        time("removed_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ix_directory_tombstone_name", columns: ["directory_id", "name_hash"] },
        { name: "ix_directory_tombstone_external", columns: ["directory_id", "external_hash"] },
        { name: "ix_directory_tombstone_email", columns: ["directory_id", "email_hash"] },
        { name: "ix_directory_tombstone_user", columns: ["user_id"] },
      ],
      foreignKeys: [
        ofDirectory("directory_tombstone"),
        { name: "fk_directory_tombstone_user", columns: ["user_id"], table: "app_user", onDelete: "SET NULL" },
      ],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [
      "directory_tombstone",
      "directory_value",
      "directory_resource",
      "directory_token",
      "provisioning_directory",
    ])
      await queryRunner.dropTable(table);
  }
}

function ofDirectory(table: string) {
  return {
    name: `fk_${table}_directory`,
    columns: ["directory_id"],
    table: "provisioning_directory",
    onDelete: "CASCADE",
  } as const;
}
