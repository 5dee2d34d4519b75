/** Deliveries as the database holds them: the log of attempts, and the retries that are still to make. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("webhook_attempt")
@Index("ix_webhook_attempt_endpoint", ["endpointId", "startedAt", "id"])
@Index("ix_webhook_attempt_event", ["endpointId", "eventId"])
@Index("ix_webhook_attempt_age", ["startedAt"])
export class WebhookAttemptRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "endpoint_id", type: "varchar", length: 36 })
  @ForeignKey("WebhookEndpointRow", {
    name: "fk_webhook_attempt_endpoint",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  endpointId!: string;

  /** No foreign key: the attempt stays when retention deletes the event. */
  @Column({ name: "event_id", type: "varchar", length: 36 })
  eventId!: string;

  /** 0 for `endpoint.test`, which the log of events does not contain. */
  @Column({ type: "int" })
  sequence!: number;

  @Column({ name: "event_type", type: "varchar", length: 64 })
  eventType!: string;

  @Column({ type: "varchar", length: 20 })
  kind!: string;

  /** Counts the attempts of one delivery, from 1. */
  @Column({ type: "int" })
  number!: number;

  @Column({ type: "boolean" })
  succeeded!: boolean;

  /** The HTTP status of the answer; `null` without an answer. */
  @Column({ type: "int", nullable: true })
  status!: number | null;

  /** Why the attempt failed, as a sentence. */
  @Column({ type: "varchar", length: 500, nullable: true })
  failure!: string | null;

  /** The start of the answer. */
  @Column({ type: "varchar", length: 1000, nullable: true })
  answer!: string | null;

  @Column({ name: "started_at", type: "datetime", precision: 3 })
  startedAt!: Date;

  @Column({ name: "duration_ms", type: "int" })
  durationMs!: number;
}

@Entity("webhook_retry")
@Index("ix_webhook_retry_due", ["endpointId", "nextAttemptAt"])
@Index("ix_webhook_retry_scheduled", ["endpointId", "scheduledAt"])
export class WebhookRetryRow {
  @PrimaryColumn({ name: "endpoint_id", type: "varchar", length: 36 })
  @ForeignKey("WebhookEndpointRow", {
    name: "fk_webhook_retry_endpoint",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  endpointId!: string;

  @PrimaryColumn({ name: "event_id", type: "varchar", length: 36 })
  eventId!: string;

  @Column({ type: "int" })
  sequence!: number;

  /** How many attempts have failed so far. */
  @Column({ type: "int" })
  attempts!: number;

  @Column({ name: "next_attempt_at", type: "datetime", precision: 3 })
  nextAttemptAt!: Date;

  /** When `nextAttemptAt` was chosen. If this time is in the future, the clock was set back since, and the retry is due. */
  @Column({ name: "scheduled_at", type: "datetime", precision: 3, nullable: true })
  scheduledAt!: Date | null;
}
