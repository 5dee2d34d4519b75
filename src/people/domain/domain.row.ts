/** The row of an e-mail domain that an organization claims. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("organization_domain")
@Index("ux_organization_domain", ["organizationId", "domain"], { unique: true })
@Index("ux_organization_domain_verified", ["verifiedDomain"], { unique: true })
export class DomainRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_organization_domain_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  /** Lower case, in its ASCII form. */
  @Column({ type: "varchar", length: 253 })
  domain!: string;

  /** The domain once it is proved, unique in the installation; `null` before that. */
  @Column({ name: "verified_domain", type: "varchar", length: 253, nullable: true })
  verifiedDomain!: string | null;

  /** The value of the TXT record. */
  @Column({ type: "varchar", length: 64 })
  token!: string;

  @Column({ name: "verified_at", type: "datetime", precision: 3, nullable: true })
  verifiedAt!: Date | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
