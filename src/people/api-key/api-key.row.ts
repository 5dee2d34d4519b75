/** The row of an API key, of an organization or of the operator. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("api_key")
@Index("ux_api_key_token", ["tokenHash"], { unique: true })
@Index("ux_api_key_previous_token", ["previousTokenHash"], { unique: true })
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

  /** SHA-256 hex of the secret that the last rotation replaced; `null` before the first rotation. */
  @Column({ name: "previous_token_hash", type: "varchar", length: 64, nullable: true })
  previousTokenHash!: string | null;

  /** When the replaced secret stops working. */
  @Column({ name: "previous_ends_at", type: "datetime", precision: 3, nullable: true })
  previousEndsAt!: Date | null;

  /** JSON list of permissions. */
  @Column({ type: "text" })
  scopes!: string;

  /**
   * The person who created or last rotated the key, if that person does not have every permission in the organization; otherwise
   * `null`. No foreign key, because people are deleted.
   */
  @Column({ name: "limited_maker", type: "varchar", length: 36, nullable: true })
  limitedMaker!: string | null;

  /** The person who created or last rotated the key; `null` for the operator. No foreign key, because people are deleted. */
  @Column({ name: "maker_id", type: "varchar", length: 36, nullable: true })
  makerId!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: "revoked_at", type: "datetime", precision: 3, nullable: true })
  revokedAt!: Date | null;

  /** When the key was last used, to the minute; `null` if it was never used. */
  @Column({ name: "last_used_at", type: "datetime", precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  /** When the administrators were told that the key expires; `null` if they were not. */
  @Column({ name: "expiry_warned_at", type: "datetime", precision: 3, nullable: true })
  expiryWarnedAt!: Date | null;
}
