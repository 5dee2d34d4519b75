/** Tenants that have consented to the operator's app, and sign-ins with it that do not know their connection yet. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { changeColumn, createTable, hash, id, string, time } from "../src/platform/database/columns.js";

export class CreateOperatorAppTenant1764914000000 implements MigrationInterface {
  name = "CreateOperatorAppTenant1764914000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "operator_app_tenant", {
      columns: [string("type", 64), hash("tenant_hash"), id("connection_id"), time("consented_at")],
      primaryKey: ["type", "tenant_hash"],
      indices: [{ name: "ux_operator_app_tenant_connection", columns: ["connection_id"], unique: true }],
      foreignKeys: [
        {
          name: "fk_operator_app_tenant_connection",
          columns: ["connection_id"],
          table: "sso_connection",
          onDelete: "CASCADE",
        },
      ],
    });
    await changeColumn(queryRunner, "sso_flow", id("connection_id", { nullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("DELETE FROM sso_flow WHERE connection_id IS NULL");
    await changeColumn(queryRunner, "sso_flow", id("connection_id"));
    await queryRunner.dropTable("operator_app_tenant");
  }
}
