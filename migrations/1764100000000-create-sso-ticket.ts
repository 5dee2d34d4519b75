/** Tickets, which keep a verified cross-site POST until its browser fetches it. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createTable, hash, id, integer, json, time } from "../src/platform/database/columns.js";

export class CreateSsoTicket1764100000000 implements MigrationInterface {
  name = "CreateSsoTicket1764100000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner, "sso_ticket", {
      columns: [
        hash("ticket_hash"),
        id("connection_id"),
        integer("trust_version"),
        hash("browser_hash"),
        json("payload"),
        time("expires_at"),
        time("consumed_at", { nullable: true }),
      ],
      primaryKey: ["ticket_hash"],
      indices: [{ name: "ix_sso_ticket_expiry", columns: ["expires_at"] }],
      foreignKeys: [
        { name: "fk_sso_ticket_connection", columns: ["connection_id"], table: "sso_connection", onDelete: "CASCADE" },
      ],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable("sso_ticket");
  }
}
