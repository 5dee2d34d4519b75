/** The event log as the database holds it: append-only, with a sequence without gaps for each organization. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("event")
@Index("ux_event_sequence", ["organizationId", "sequence"], { unique: true })
@Index("ix_event_type", ["organizationId", "type", "sequence"])
@Index("ix_event_subject", ["subjectId"])
export class EventRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_event_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ type: "int" })
  sequence!: number;

  @Column({ type: "varchar", length: 64 })
  type!: string;

  @Column({ name: "occurred_at", type: "datetime", precision: 3 })
  occurredAt!: Date;

  @Column({ name: "subject_type", type: "varchar", length: 20 })
  subjectType!: string;

  @Column({ name: "subject_id", type: "varchar", length: 36 })
  subjectId!: string;

  @Column({ name: "subject_version", type: "int" })
  subjectVersion!: number;

  @Column({ name: "cause_kind", type: "varchar", length: 20 })
  causeKind!: string;

  @Column({ name: "cause_actor", type: "varchar", length: 36, nullable: true })
  causeActor!: string | null;

  /** JSON, as the event type declares it. */
  @Column({ type: "text" })
  data!: string;
}

@Entity("event_counter")
export class EventCounterRow {
  @PrimaryColumn({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_event_counter_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ name: "last_sequence", type: "int" })
  lastSequence!: number;

  /** After this number of days events are deleted; `null` keeps them. */
  @Column({ name: "retention_days", type: "int", nullable: true })
  retentionDays!: number | null;
}
