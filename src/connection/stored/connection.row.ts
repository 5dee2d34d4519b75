/** A configured identity provider of an organization. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("sso_connection")
@Index("ix_sso_connection_organization", ["organizationId", "createdAt", "id"])
export class ConnectionRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_sso_connection_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ name: "display_name", type: "varchar", length: 100 })
  displayName!: string;

  /** The text of the button; `null` for "Sign in to NAME". */
  @Column({ name: "button_label", type: "varchar", length: 100, nullable: true })
  buttonLabel!: string | null;

  /** The connection type's id. */
  @Column({ type: "varchar", length: 64 })
  type!: string;

  @Column({ type: "varchar", length: 20 })
  state!: string;

  /** JSON of the settings that are not secrets. */
  @Column({ type: "text" })
  settings!: string;

  /** JSON of secret settings: name → `{ sealed, setAt }`, sealed by the key ring. */
  @Column({ type: "text" })
  secrets!: string;

  @Column({ name: "settings_version", type: "int" })
  settingsVersion!: number;

  /** JSON of the policies. `readConnectionPolicies` adds the default of each policy that is missing. */
  @Column({ type: "text" })
  policies!: string;

  /** Rises with every stored change. */
  @Column({ type: "int" })
  version!: number;

  /**
   * Rises with every change of trust settings or of the state. A rise ends the connection's flows (sign-ins under way)
   * and sessions.
   */
  @Column({ name: "trust_version", type: "int" })
  trustVersion!: number;

  /** When the connection was first activated; never changes. From then on, fixed settings cannot change. */
  @Column({ name: "first_activated_at", type: "datetime", precision: 3, nullable: true })
  firstActivatedAt!: Date | null;

  /** When the issuer last changed while people were linked. */
  @Column({ name: "issuer_changed_at", type: "datetime", precision: 3, nullable: true })
  issuerChangedAt!: Date | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}
