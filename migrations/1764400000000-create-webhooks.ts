/** Webhooks: endpoints with their cursor, attempts, retries, and redeliveries. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  addColumn,
  boolean,
  createTable,
  id,
  integer,
  json,
  string,
  text,
  time,
  type ForeignKeyDescription,
} from "../src/platform/database/columns.js";

const OF_ENDPOINT = (name: string): ForeignKeyDescription => ({
  name,
  columns: ["endpoint_id"],
  table: "webhook_endpoint",
  onDelete: "CASCADE",
});

export class CreateWebhooks1764400000000 implements MigrationInterface {
  name = "CreateWebhooks1764400000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "event_counter", integer("retention_days", { nullable: true }));
    await createEndpoints(queryRunner);
    await createDeliveries(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [
      "webhook_redelivery",
      "webhook_retry",
      "webhook_attempt",
      "webhook_cursor",
      "webhook_endpoint",
    ])
      await queryRunner.dropTable(table);
    await queryRunner.dropColumn("event_counter", "retention_days");
  }
}

async function createEndpoints(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "webhook_endpoint", {
    columns: [
      id(),
      id("organization_id"),
      string("url", 2000),
      json("event_types", { nullable: true }),
      string("state", 20),
      string("disabled_reason", 30, { nullable: true }),
      time("disabled_at", { nullable: true }),
      text("secret"),
      time("secret_set_at"),
      text("previous_secret", { nullable: true }),
      time("previous_secret_ends_at", { nullable: true }),
      integer("concurrency"),
      integer("timeout_seconds"),
      integer("version"),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_webhook_endpoint_organization", columns: ["organization_id", "id"] }],
    foreignKeys: [
      {
        name: "fk_webhook_endpoint_organization",
        columns: ["organization_id"],
        table: "organization",
        onDelete: "CASCADE",
      },
    ],
  });
  await createTable(queryRunner, "webhook_cursor", {
    columns: [
      id("endpoint_id"),
      id("organization_id"),
      boolean("is_active"),
      integer("last_sequence"),
      id("lease_id", { nullable: true }),
      time("leased_until", { nullable: true }),
      time("paused_until", { nullable: true }),
      integer("consecutive_failures"),
      time("turn_ended_at", { nullable: true }),
    ],
    primaryKey: ["endpoint_id"],
    foreignKeys: [OF_ENDPOINT("fk_webhook_cursor_endpoint")],
  });
}

async function createDeliveries(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "webhook_attempt", {
    columns: [
      id(),
      id("endpoint_id"),
      id("event_id"),
      integer("sequence"),
      string("event_type", 64),
      string("kind", 20),
      integer("number"),
      boolean("succeeded"),
      integer("status", { nullable: true }),
      string("failure", 500, { nullable: true }),
      string("answer", 1000, { nullable: true }),
      time("started_at"),
      integer("duration_ms"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ix_webhook_attempt_endpoint", columns: ["endpoint_id", "started_at", "id"] },
      { name: "ix_webhook_attempt_event", columns: ["endpoint_id", "event_id"] },
      { name: "ix_webhook_attempt_age", columns: ["started_at"] },
    ],
    foreignKeys: [OF_ENDPOINT("fk_webhook_attempt_endpoint")],
  });
  await createTable(queryRunner, "webhook_retry", {
    columns: [id("endpoint_id"), id("event_id"), integer("sequence"), integer("attempts"), time("next_attempt_at")],
    primaryKey: ["endpoint_id", "event_id"],
    indices: [{ name: "ix_webhook_retry_due", columns: ["endpoint_id", "next_attempt_at"] }],
    foreignKeys: [OF_ENDPOINT("fk_webhook_retry_endpoint")],
  });
  await createTable(queryRunner, "webhook_redelivery", {
    columns: [
      id(),
      id("endpoint_id"),
      string("state", 20),
      json("event_ids", { nullable: true }),
      integer("from_sequence"),
      integer("to_sequence"),
      integer("position"),
      integer("total"),
      integer("attempted"),
      integer("succeeded"),
      time("created_at"),
      time("finished_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_webhook_redelivery_endpoint", columns: ["endpoint_id", "state", "id"] }],
    foreignKeys: [OF_ENDPOINT("fk_webhook_redelivery_endpoint")],
  });
}
