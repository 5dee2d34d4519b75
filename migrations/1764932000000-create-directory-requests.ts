/** The request log of provisioning directories, and when each was last active. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, id, integer, json, string, time } from "../src/platform/database/columns.js";

export class CreateDirectoryRequests1764932000000 implements MigrationInterface {
  name = "CreateDirectoryRequests1764932000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "directory_request", {
      columns: [
        id(),
        id("directory_id"),
        string("reference", 20),
        string("method", 10),
        string("path", 500),
        integer("status"),
        string("outcome", 64),
        string("scim_type", 20, { nullable: true }),
        json("resource_ids"),
        integer("duration_ms"),
        time("occurred_at"),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ix_directory_request_order", columns: ["directory_id", "occurred_at", "id"] },
        { name: "ix_directory_request_time", columns: ["occurred_at"] },
      ],
      foreignKeys: [ofDirectory("directory_request")],
    });
    await createTable(queryRunner, "directory_activity", {
      columns: [id("directory_id"), time("last_request_at"), time("last_write_at", { nullable: true })],
      primaryKey: ["directory_id"],
      foreignKeys: [ofDirectory("directory_activity")],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable("directory_activity");
    await queryRunner.dropTable("directory_request");
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
