/** The rows of passwords and one-time tokens, as hashes only. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("user_credential")
export class CredentialRow {
  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_user_credential_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  /** argon2id, in PHC string format. */
  @Column({ name: "password_hash", type: "varchar", length: 255 })
  passwordHash!: string;

  @Column({ name: "set_at", type: "datetime", precision: 3 })
  setAt!: Date;

  /** When the person proved the account's address; `null` if the account is *unverified*. */
  @Column({ name: "email_verified_at", type: "datetime", precision: 3, nullable: true })
  emailVerifiedAt!: Date | null;

  @Column({ name: "failed_attempts", type: "int", default: 0 })
  failedAttempts!: number;

  @Column({ name: "locked_until", type: "datetime", precision: 3, nullable: true })
  lockedUntil!: Date | null;
}

@Entity("one_time_token")
@Index("ux_one_time_token_hash", ["tokenHash"], { unique: true })
@Index("ix_one_time_token_user", ["userId", "kind"])
@Index("ix_one_time_token_expiry", ["expiresAt"])
export class OneTimeTokenRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** SHA-256 hex of the token. */
  @Column({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  /** `SIGN_IN`, `SET_PASSWORD`, `CONFIRM_EMAIL`, `CHANGE_EMAIL` or `INVITATION`. */
  @Column({ type: "varchar", length: 30 })
  kind!: string;

  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_one_time_token_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36, nullable: true })
  organizationId!: string | null;

  /** JSON. */
  @Column({ type: "text" })
  payload!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;

  @Column({ name: "consumed_at", type: "datetime", precision: 3, nullable: true })
  consumedAt!: Date | null;
}
