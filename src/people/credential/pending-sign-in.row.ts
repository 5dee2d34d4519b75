/** The row of a verified sign-in that waits for something else. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("pending_sign_in")
@Index("ix_pending_sign_in_user", ["userId"])
@Index("ix_pending_sign_in_operator", ["operatorId"])
@Index("ix_pending_sign_in_expiry", ["expiresAt"])
export class PendingSignInRow {
  /** SHA-256 hex of the cookie's value. */
  @PrimaryColumn({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  /** `null` for a sign-in of an operator. */
  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("UserRow", { name: "fk_pending_sign_in_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string | null;

  /** `null` for a sign-in of an account. */
  @Column({ name: "operator_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("OperatorRow", { name: "fk_pending_sign_in_operator", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  operatorId!: string | null;

  /** What the sign-in waits for: `NEW_PASSWORD`, `SECOND_FACTOR` or `FACTORS`. */
  @Column({ type: "varchar", length: 20 })
  hold!: string;

  /** JSON: the attempt so far. */
  @Column({ type: "text" })
  attempt!: string;

  @Column({ name: "return_to", type: "varchar", length: 2048, nullable: true })
  returnTo!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}
