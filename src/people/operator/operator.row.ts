/** The rows of operators, their sessions and their one-time links. No organization has them. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("operator_account")
@Index("ux_operator_account_email", ["emailKey"], { unique: true })
export class OperatorRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ type: "varchar", length: 254 })
  email!: string;

  @Column({ name: "email_key", type: "varchar", length: 254 })
  emailKey!: string;

  @Column({ name: "full_name", type: "varchar", length: 200 })
  fullName!: string;

  /** argon2id, in PHC string format; `null` until the operator has used the link. */
  @Column({ name: "password_hash", type: "varchar", length: 255, nullable: true })
  passwordHash!: string | null;

  @Column({ name: "failed_attempts", type: "int", default: 0 })
  failedAttempts!: number;

  @Column({ name: "locked_until", type: "datetime", precision: 3, nullable: true })
  lockedUntil!: Date | null;

  @Column({ name: "last_signed_in_at", type: "datetime", precision: 3, nullable: true })
  lastSignedInAt!: Date | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}

@Entity("operator_session")
@Index("ux_operator_session_token", ["tokenHash"], { unique: true })
@Index("ix_operator_session_operator", ["operatorId"])
@Index("ix_operator_session_expiry", ["expiresAt"])
export class OperatorSessionRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** SHA-256 hex of the cookie's value. */
  @Column({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  @Column({ name: "operator_id", type: "varchar", length: 36 })
  @ForeignKey("OperatorRow", { name: "fk_operator_session_operator", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  operatorId!: string;

  @Column({ type: "varchar", length: 64, nullable: true })
  address!: string | null;

  @Column({ name: "user_agent", type: "varchar", length: 400, nullable: true })
  userAgent!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}

@Entity("operator_link")
@Index("ux_operator_link_token", ["tokenHash"], { unique: true })
@Index("ix_operator_link_operator", ["operatorId"])
@Index("ix_operator_link_expiry", ["expiresAt"])
export class OperatorLinkRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** SHA-256 hex of the token. */
  @Column({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  /** `null` for the link of the first start, with which the first operator makes their account. */
  @Column({ name: "operator_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("OperatorRow", { name: "fk_operator_link_operator", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  operatorId!: string | null;

  /** Whether using the link removes the operator's second factors. */
  @Column({ name: "removes_factors", type: "boolean", default: false })
  removesFactors!: boolean;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}
