/** Rows of sign-outs at a provider that are under way. The provider's answer uses the row up, and the sweeper deletes the others. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("sso_logout")
@Index("ix_sso_logout_expiry", ["expiresAt"])
export class PendingLogoutRow {
  /** SHA-256 hex of the handle that the provider's answer names. */
  @PrimaryColumn({ name: "handle_hash", type: "varchar", length: 64 })
  handleHash!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", { name: "fk_sso_logout_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string;

  /** JSON, sealed by the key ring: where the person goes afterwards. */
  @Column({ type: "text" })
  payload!: string;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}
