/** The health of a connection. It has its own table, so that a sign-in does not raise the connection's version. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("connection_health")
@Index("ix_connection_health_upkeep", ["upkeepDueAt"])
export class ConnectionHealthRow {
  @PrimaryColumn({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", { name: "fk_connection_health_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string;

  @Column({ name: "last_tested_at", type: "datetime", precision: 3, nullable: true })
  lastTestedAt!: Date | null;

  /** JSON list of findings of the last test. */
  @Column({ name: "last_findings", type: "text", nullable: true })
  lastFindings!: string | null;

  @Column({ name: "last_succeeded_at", type: "datetime", precision: 3, nullable: true })
  lastSucceededAt!: Date | null;

  @Column({ name: "last_failed_at", type: "datetime", precision: 3, nullable: true })
  lastFailedAt!: Date | null;

  /** Catalogue code of the last failed sign-in. */
  @Column({ name: "last_failure_code", type: "varchar", length: 64, nullable: true })
  lastFailureCode!: string | null;

  /** JSON of `StoredFacts`. */
  @Column({ type: "text", nullable: true })
  learned!: string | null;

  /** When a worker looks after the connection, or the end of its lease; null if the connection is not active. */
  @Column({ name: "upkeep_due_at", type: "datetime", precision: 3, nullable: true })
  upkeepDueAt!: Date | null;

  /** The worker that looks after the connection now. */
  @Column({ name: "upkeep_lease_id", type: "varchar", length: 36, nullable: true })
  upkeepLeaseId!: string | null;
}
