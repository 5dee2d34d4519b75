/** The rows of a provisioning directory: the directory and its tokens. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("provisioning_directory")
@Index("ix_provisioning_directory_organization", ["organizationId", "createdAt", "id"])
@Index("ix_provisioning_directory_connection", ["connectionId"])
export class DirectoryRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_provisioning_directory_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  /** The connection whose people the directory provisions; `null` if it is not linked. */
  @Column({ name: "connection_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("ConnectionRow", {
    name: "fk_provisioning_directory_connection",
    onDelete: "SET NULL",
    onUpdate: "NO ACTION",
  })
  connectionId!: string | null;

  @Column({ type: "varchar", length: 100 })
  name!: string;

  /** `ACTIVE` or `PAUSED`. */
  @Column({ type: "varchar", length: 20 })
  state!: string;

  /** `ADMINISTRATOR` or `MASS_REMOVAL`; `null` if the directory is not paused. */
  @Column({ name: "pause_reason", type: "varchar", length: 20, nullable: true })
  pauseReason!: string | null;

  @Column({ name: "released_at", type: "datetime", precision: 3, nullable: true })
  releasedAt!: Date | null;

  @Column({ name: "removals_allowed_until", type: "datetime", precision: 3, nullable: true })
  removalsAllowedUntil!: Date | null;

  @Column({ name: "deprovision_action", type: "varchar", length: 20 })
  deprovisionAction!: string;

  @Column({ name: "sign_in_match", type: "varchar", length: 20 })
  signInMatch!: string;

  /**
   * JSON, completed by `readConnectionPolicies`; `null` for defaults. A linked directory follows its connection's policies
   * instead.
   */
  @Column({ type: "text", nullable: true })
  policies!: string | null;

  /** JSON list of the ids of the roles that the provider may give by `roles`; `null` for none. */
  @Column({ name: "assignable_roles", type: "text", nullable: true })
  assignableRoles!: string | null;

  /** Whether only the directory may change its people and groups. */
  @Column({ name: "lock_managed", type: "boolean", default: false })
  lockManaged!: boolean;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}

@Entity("directory_token")
@Index("ux_directory_token_hash", ["tokenHash"], { unique: true })
@Index("ix_directory_token_directory", ["directoryId"])
@Index("ux_directory_token_assertion", ["directoryId", "assertionHash"], { unique: true })
export class DirectoryTokenRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_token_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  /** SHA-256 hex of the token. */
  @Column({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  /**
   * When the token stops working. A directory's token has `null` until a newer one replaces it. An access token has an
   * end from the start.
   */
  @Column({ name: "expires_at", type: "datetime", precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** SHA-256 hex of the `jti` of the assertion that an access token was given for; `null` for a directory's token. */
  @Column({ name: "assertion_hash", type: "varchar", length: 64, nullable: true })
  assertionHash!: string | null;
}

/**
 * The keys with which a provider signs assertions for a directory. A change replaces the row, so an id always means the same
 * keys.
 */
@Entity("directory_assertion")
@Index("ux_directory_assertion_directory", ["directoryId"], { unique: true })
export class DirectoryAssertionRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_assertion_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  /** What `iss` must be; `null` if it must be the directory's id. */
  @Column({ type: "varchar", length: 1000, nullable: true })
  issuer!: string | null;

  /** The address of the keys; `null` for keys that an administrator entered. */
  @Column({ name: "jwks_url", type: "varchar", length: 2000, nullable: true })
  jwksUrl!: string | null;

  /** The entered keys as a JSON Web Key Set; `null` for keys at an address. */
  @Column({ type: "text", nullable: true })
  jwks!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
