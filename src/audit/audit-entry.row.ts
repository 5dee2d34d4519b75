/** The audit log as the database holds it. Entries stay after their subjects are deleted, so there are no foreign keys. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("audit_entry")
@Index("ix_audit_entry_organization", ["organizationId", "occurredAt", "id"])
@Index("ix_audit_entry_subject", ["subjectId"])
export class AuditEntryRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36, nullable: true })
  organizationId!: string | null;

  @Column({ type: "varchar", length: 64 })
  action!: string;

  @Column({ name: "actor_kind", type: "varchar", length: 20 })
  actorKind!: string;

  @Column({ name: "actor_id", type: "varchar", length: 36, nullable: true })
  actorId!: string | null;

  @Column({ name: "subject_type", type: "varchar", length: 40 })
  subjectType!: string;

  @Column({ name: "subject_id", type: "varchar", length: 36 })
  subjectId!: string;

  /** JSON. */
  @Column({ name: "before_value", type: "text", nullable: true })
  before!: string | null;

  /** JSON. */
  @Column({ name: "after_value", type: "text", nullable: true })
  after!: string | null;

  @Column({ name: "occurred_at", type: "datetime", precision: 3 })
  occurredAt!: Date;
}
