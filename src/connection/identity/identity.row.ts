/** A link from a person at a provider (connection, issuer and subject) to an account. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("identity")
@Index("ux_identity_key", ["keyHash", "linkKind"], { unique: true })
@Index("ix_identity_user", ["userId"])
@Index("ix_identity_email", ["connectionId", "emailKey"])
@Index("ix_identity_external", ["connectionId", "externalHash"])
@Index("ix_identity_name", ["connectionId", "nameHash"])
export class IdentityRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** SHA-256 hex over connection, issuer and subject, because some collations treat `'sub'` and `'sub '` as equal. */
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

  /** Whether the provider called that address verified; `null` if it did not say. */
  @Column({ name: "email_verified", type: "boolean", nullable: true })
  emailVerified!: boolean | null;

  /** SHA-256 hex of the id under which a provisioning directory of the provider names the person. */
  @Column({ name: "external_hash", type: "varchar", length: 64, nullable: true })
  externalHash!: string | null;

  /** SHA-256 hex of the subject, folded to one case, for a directory that names people by their subject. */
  @Column({ name: "name_hash", type: "varchar", length: 64, nullable: true })
  nameHash!: string | null;

  /**
   * `OWN`: the account was created or prepared for the person. `MERGED`: merging joined them to an account that existed;
   * such a link is followed only while the connection merges.
   */
  @Column({ name: "link_kind", type: "varchar", length: 20, default: "OWN" })
  linkKind!: string;

  /** A retired link is kept as a record. Its key hash changes, so that sign-ins no longer find it. */
  @Column({ name: "retired_at", type: "datetime", precision: 3, nullable: true })
  retiredAt!: Date | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "last_signed_in_at", type: "datetime", precision: 3, nullable: true })
  lastSignedInAt!: Date | null;
}
