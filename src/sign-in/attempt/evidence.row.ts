/** Rows of evidence: what the provider said at each test, and at each person's last sign-in. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("sign_in_evidence")
@Index("ix_sign_in_evidence_attempt", ["attemptId"])
@Index("ix_sign_in_evidence_connection", ["connectionId", "kind", "occurredAt"])
@Index("ix_sign_in_evidence_user", ["userId"])
export class EvidenceRow {
  /**
   * For a test, SHA-256 hex of the attempt. For a sign-in, SHA-256 hex of connection, issuer and subject, so that a
   * later sign-in of the person replaces the row.
   */
  @PrimaryColumn({ type: "varchar", length: 64 })
  id!: string;

  /** The evidence is deleted with its attempt. */
  @Column({ name: "attempt_id", type: "varchar", length: 36 })
  @ForeignKey("AttemptRow", { name: "fk_sign_in_evidence_attempt", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  attemptId!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36 })
  connectionId!: string;

  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  userId!: string | null;

  /** `SIGN_IN` or `TEST`. */
  @Column({ type: "varchar", length: 20 })
  kind!: string;

  /** JSON, sealed by the key ring: claims, profile, rules and decision. */
  @Column({ type: "text" })
  payload!: string;

  @Column({ name: "occurred_at", type: "datetime", precision: 3 })
  occurredAt!: Date;
}
