/** Link requests: an administrator decides whether to link a person to an account that exists (policy ADMIN_LINK). */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("link_request")
@Index("ix_link_request_organization", ["organizationId", "state", "id"])
@Index("ix_link_request_key", ["keyHash"])
export class LinkRequestRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_link_request_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", { name: "fk_link_request_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string;

  /** The account that the person would be linked to. */
  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_link_request_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  /** The hash of connection, issuer and subject, as in the table `identity`. */
  @Column({ name: "key_hash", type: "varchar", length: 64 })
  keyHash!: string;

  @Column({ type: "varchar", length: 512 })
  issuer!: string;

  @Column({ type: "varchar", length: 512 })
  subject!: string;

  @Column({ type: "varchar", length: 254, nullable: true })
  email!: string | null;

  /** `PENDING`, `APPROVED` or `REJECTED`. */
  @Column({ type: "varchar", length: 20 })
  state!: string;

  @Column({ name: "decided_by", type: "varchar", length: 36, nullable: true })
  decidedBy!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "decided_at", type: "datetime", precision: 3, nullable: true })
  decidedAt!: Date | null;
}
