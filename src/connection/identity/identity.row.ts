/** The link (connection, issuer, subject) → user as the database holds it. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("identity")
@Index("ux_identity_key", ["keyHash", "linkKind"], { unique: true })
@Index("ix_identity_user", ["userId"])
@Index("ix_identity_email", ["connectionId", "emailKey"])
export class IdentityRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** SHA-256 hex over connection, issuer and subject, because collations take `'sub'` and `'sub '` for equal. */
  @Column({ name: "key_hash", type: "varchar", length: 64 })
  keyHash!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", { name: "fk_identity_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string;

  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_identity_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ type: "varchar", length: 512 })
  issuer!: string;

  @Column({ type: "varchar", length: 512 })
  subject!: string;

  /** The address that the provider sent at the last sign-in. */
  @Column({ name: "email_key", type: "varchar", length: 254, nullable: true })
  emailKey!: string | null;

  /** What the provider said of that address; `null` where it said nothing. */
  @Column({ name: "email_verified", type: "boolean", nullable: true })
  emailVerified!: boolean | null;

  /**
   * `OWN`: the account came with the person, or was prepared for them. `MERGED`: merging joined them to an account that
   * was there; such a link is followed only while the connection merges.
   */
  @Column({ name: "link_kind", type: "varchar", length: 20, default: "OWN" })
  linkKind!: string;

  /** Kept for the record, and never found again: its key hash is another one from then on. */
  @Column({ name: "retired_at", type: "datetime", precision: 3, nullable: true })
  retiredAt!: Date | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "last_signed_in_at", type: "datetime", precision: 3, nullable: true })
  lastSignedInAt!: Date | null;
}
