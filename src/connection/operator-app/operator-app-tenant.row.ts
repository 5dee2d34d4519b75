/** The tenants of providers that have consented to the operator's app. Each belongs to one connection of the installation. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("operator_app_tenant")
@Index("ux_operator_app_tenant_connection", ["connectionId"], { unique: true })
export class OperatorAppTenantRow {
  /** The connection type's id. */
  @PrimaryColumn({ type: "varchar", length: 64 })
  type!: string;

  /** SHA-256 hex of the tenant. */
  @PrimaryColumn({ name: "tenant_hash", type: "varchar", length: 64 })
  tenantHash!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", {
    name: "fk_operator_app_tenant_connection",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  connectionId!: string;

  @Column({ name: "consented_at", type: "datetime", precision: 3 })
  consentedAt!: Date;
}
