/** Deliveries as the database holds them: every attempt for the log, and what is to be tried again. */
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

  /** No foreign key: the log of deliveries outlives the event where retention ends it. */
  @Column({ name: "event_id", type: "varchar", length: 36 })
  eventId!: string;

  /** 0 for `endpoint.test`, which is in no log. */
  @Column({ type: "int" })
  sequence!: number;

  @Column({ name: "event_type", type: "varchar", length: 64 })
  eventType!: string;

  @Column({ type: "varchar", length: 20 })
  kind!: string;

  /** The how-manieth attempt of its series: 1 for the first. */
  @Column({ type: "int" })
  number!: number;

  @Column({ type: "boolean" })
  succeeded!: boolean;

  /** The status of the answer; `null` when none came. */
  @Column({ type: "int", nullable: true })
  status!: number | null;

  /** Why it failed, as a sentence. */
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

  /** Attempts of this series that failed so far. */
  @Column({ type: "int" })
  attempts!: number;

  @Column({ name: "next_attempt_at", type: "datetime", precision: 3 })
  nextAttemptAt!: Date;

  /** When the moment above was chosen. If that lies ahead, the clock has gone back since, and the moment means nothing. */
  @Column({ name: "scheduled_at", type: "datetime", precision: 3, nullable: true })
  scheduledAt!: Date | null;
}
