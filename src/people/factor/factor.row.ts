/** The rows of second factors and recovery codes. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("second_factor")
@Index("ix_second_factor_user", ["userId"])
@Index("ix_second_factor_operator", ["operatorId"])
@Index("ux_second_factor_credential", ["credentialHash"], { unique: true })
export class SecondFactorRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** `null` for a factor of an operator. */
  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("UserRow", { name: "fk_second_factor_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string | null;

  /** `null` for a factor of an account. */
  @Column({ name: "operator_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("OperatorRow", { name: "fk_second_factor_operator", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  operatorId!: string | null;

  /** `AUTHENTICATOR_APP` or `PASSKEY`. */
  @Column({ type: "varchar", length: 20 })
  kind!: string;

  @Column({ type: "varchar", length: 100 })
  label!: string;

  /** The secret of an authenticator app, encrypted; `null` for a passkey. */
  @Column({ type: "text", nullable: true })
  secret!: string | null;

  /** The time step of the last accepted code, in units of 30 seconds; `null` before the first code, and for a passkey. */
  @Column({ name: "last_step", type: "double", nullable: true })
  lastStep!: number | null;

  /** SHA-256 hex of a passkey's credential id; `null` for an authenticator app. */
  @Column({ name: "credential_hash", type: "varchar", length: 64, nullable: true })
  credentialHash!: string | null;

  /** JSON: id, public key and transports of a passkey; `null` for an authenticator app. */
  @Column({ type: "text", nullable: true })
  credential!: string | null;

  /** The signature counter of a passkey's last use; `null` for an authenticator app. */
  @Column({ type: "double", nullable: true })
  counter!: number | null;

  /** Whether a passkey is kept in a cloud; `null` for an authenticator app. */
  @Column({ name: "backed_up", type: "boolean", nullable: true })
  backedUp!: boolean | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "last_used_at", type: "datetime", precision: 3, nullable: true })
  lastUsedAt!: Date | null;
}

@Entity("recovery_code")
@Index("ix_recovery_code_user", ["userId"])
@Index("ix_recovery_code_operator", ["operatorId"])
export class RecoveryCodeRow {
  /** SHA-256 hex of a code that was not used yet. A code has 80 random bits, so two codes are never equal. */
  @PrimaryColumn({ name: "code_hash", type: "varchar", length: 64 })
  codeHash!: string;

  /** `null` for a code of an operator. */
  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("UserRow", { name: "fk_recovery_code_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string | null;

  /** `null` for a code of an account. */
  @Column({ name: "operator_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("OperatorRow", { name: "fk_recovery_code_operator", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  operatorId!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
