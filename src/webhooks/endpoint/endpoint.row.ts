/** A webhook endpoint as the database holds it, and its cursor in the log, which workers lease. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("webhook_endpoint")
@Index("ix_webhook_endpoint_organization", ["organizationId", "id"])
export class WebhookEndpointRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_webhook_endpoint_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  @Column({ type: "varchar", length: 2000 })
  url!: string;

  /** JSON list of event types; `null` for all types, including those that later versions add. */
  @Column({ name: "event_types", type: "text", nullable: true })
  eventTypes!: string | null;

  @Column({ type: "varchar", length: 20 })
  state!: string;

  @Column({ name: "disabled_reason", type: "varchar", length: 30, nullable: true })
  disabledReason!: string | null;

  @Column({ name: "disabled_at", type: "datetime", precision: 3, nullable: true })
  disabledAt!: Date | null;

  /** Sealed by the key ring. */
  @Column({ type: "text" })
  secret!: string;

  @Column({ name: "secret_set_at", type: "datetime", precision: 3 })
  secretSetAt!: Date;

  /** Sealed by the key ring. It signs as well, until `previousSecretEndsAt`. */
  @Column({ name: "previous_secret", type: "text", nullable: true })
  previousSecret!: string | null;

  @Column({ name: "previous_secret_ends_at", type: "datetime", precision: 3, nullable: true })
  previousSecretEndsAt!: Date | null;

  @Column({ type: "int" })
  concurrency!: number;

  @Column({ name: "timeout_seconds", type: "int" })
  timeoutSeconds!: number;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}

/** The state of delivery, apart from the settings, because workers write it often. */
@Entity("webhook_cursor")
export class WebhookCursorRow {
  @PrimaryColumn({ name: "endpoint_id", type: "varchar", length: 36 })
  @ForeignKey("WebhookEndpointRow", {
    name: "fk_webhook_cursor_endpoint",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  endpointId!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  organizationId!: string;

  /** A copy of the endpoint's state, so that looking for work reads one small table. */
  @Column({ name: "is_active", type: "boolean" })
  isActive!: boolean;

  /** The last event that was attempted, or passed over because of its type. */
  @Column({ name: "last_sequence", type: "int" })
  lastSequence!: number;

  /** The present lease. A worker's statements name it, so that a worker whose lease has expired changes nothing. */
  @Column({ name: "lease_id", type: "varchar", length: 36, nullable: true })
  leaseId!: string | null;

  @Column({ name: "leased_until", type: "datetime", precision: 3, nullable: true })
  leasedUntil!: Date | null;

  /** Until when the receiver asked for a pause (`Retry-After`). */
  @Column({ name: "paused_until", type: "datetime", precision: 3, nullable: true })
  pausedUntil!: Date | null;

  @Column({ name: "consecutive_failures", type: "int" })
  consecutiveFailures!: number;

  /** The endpoint whose last turn ended first is next. */
  @Column({ name: "turn_ended_at", type: "datetime", precision: 3, nullable: true })
  turnEndedAt!: Date | null;
}
