/** When a webhook's retry was scheduled, so that a clock that is set back does not delay it. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, time } from "../src/platform/database/columns.js";

export class AddWebhookRetryScheduledAt1764840000000 implements MigrationInterface {
  name = "AddWebhookRetryScheduledAt1764840000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "webhook_retry", time("scheduled_at", { nullable: true }));
    await addIndex(queryRunner, "webhook_retry", {
      name: "ix_webhook_retry_scheduled",
      columns: ["endpoint_id", "scheduled_at"],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("webhook_retry", "ix_webhook_retry_scheduled");
    await queryRunner.dropColumn("webhook_retry", "scheduled_at");
  }
}
