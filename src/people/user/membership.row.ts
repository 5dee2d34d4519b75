/** That a user belongs to an organization, and the roles that the user has there. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("membership")
@Index("ix_membership_user", ["userId"])
export class MembershipRow {
  @PrimaryColumn({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_membership_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_membership_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}

@Entity("membership_role")
@Index("ix_membership_role_user", ["userId"])
@Index("ix_membership_role_role", ["roleId"])
export class MembershipRoleRow {
  @PrimaryColumn({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_membership_role_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_membership_role_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @PrimaryColumn({ name: "role_id", type: "varchar", length: 36 })
  @ForeignKey("RoleRow", { name: "fk_membership_role_role", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  roleId!: string;

  /** What gave the role: `DEFAULT`, `ADMIN` or `API`. */
  @Column({ name: "source_kind", type: "varchar", length: 20 })
  sourceKind!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
