/** The row of an API key, of an organization or of the operator. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("api_key")
@Index("ux_api_key_token", ["tokenHash"], { unique: true })
@Index("ix_api_key_organization", ["organizationId"])
export class ApiKeyRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** `null` for an operator key. */
  @Column({ name: "organization_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("OrganizationRow", { name: "fk_api_key_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string | null;

  @Column({ type: "varchar", length: 200 })
  name!: string;

  /** SHA-256 hex of the key. */
  @Column({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  /** JSON list of permissions. */
  @Column({ type: "text" })
  scopes!: string;

  /** The person who created the key, if that person lacks permissions in the organization. No foreign key, because people are deleted. */
  @Column({ name: "limited_maker", type: "varchar", length: 36, nullable: true })
  limitedMaker!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: "revoked_at", type: "datetime", precision: 3, nullable: true })
  revokedAt!: Date | null;
}
