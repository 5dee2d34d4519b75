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

  /**
   * When upkeep of the connection is next due. While a worker looks after the connection, the end of the worker's lease.
   * `null` if the connection is not active.
   */
  @Column({ name: "upkeep_due_at", type: "datetime", precision: 3, nullable: true })
  upkeepDueAt!: Date | null;

  /** The worker that looks after the connection now. */
  @Column({ name: "upkeep_lease_id", type: "varchar", length: 36, nullable: true })
  upkeepLeaseId!: string | null;

  /** JSON list of `WatchedExpiration`. */
  @Column({ type: "text", nullable: true })
  expirations!: string | null;

  /** Failed sign-ins in a row that only the provider or the settings can have caused. */
  @Column({ type: "int", default: 0 })
  failures!: number;

  /** Failed sign-ins in a row that the connection or a forged message may have caused. */
  @Column({ name: "doubtful_failures", type: "int", default: 0 })
  doubtfulFailures!: number;

  /** When the first of the doubtful failures happened. */
  @Column({ name: "doubtful_since", type: "datetime", precision: 3, nullable: true })
  doubtfulSince!: Date | null;

  /** Failures in a row of the work that Usher does by itself, such as fetching metadata. */
  @Column({ name: "upkeep_failures", type: "int", default: 0 })
  upkeepFailures!: number;

  /** The time since which the connection counts as failing; `null` if it does not. */
  @Column({ name: "failing_since", type: "datetime", precision: 3, nullable: true })
  failingSince!: Date | null;

  @Column({ name: "failing_code", type: "varchar", length: 64, nullable: true })
  failingCode!: string | null;

  /** JSON list of `WatchedClaim`: the claims that sign-ins usually bring. */
  @Column({ type: "text", nullable: true })
  claims!: string | null;

  /** When upkeep last read what the provider publishes. */
  @Column({ name: "provider_read_at", type: "datetime", precision: 3, nullable: true })
  providerReadAt!: Date | null;

  /** JSON of `ProviderFailure`; null while upkeep can read what the provider publishes. */
  @Column({ name: "provider_failure", type: "text", nullable: true })
  providerFailure!: string | null;
}
