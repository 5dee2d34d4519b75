/** The rows of a membership: the membership itself, its search terms and its roles. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("membership")
@Index("ix_membership_user", ["userId"])
@Index("ix_membership_last_name", ["organizationId", "lastNameKey", "firstNameKey", "userId"])
@Index("ix_membership_first_name", ["organizationId", "firstNameKey", "lastNameKey", "userId"])
@Index("ix_membership_email", ["organizationId", "emailKey", "userId"])
@Index("ix_membership_status", ["organizationId", "status", "userId"])
export class MembershipRow {
  @PrimaryColumn({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_membership_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_membership_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  // Copies of the user's columns. An index can thus begin with the organization and continue with the column that orders a
  // list.
  @Column({ name: "last_name_key", type: "varchar", length: 200, default: "" })
  lastNameKey!: string;

  @Column({ name: "first_name_key", type: "varchar", length: 200, default: "" })
  firstNameKey!: string;

  @Column({ name: "email_key", type: "varchar", length: 254, default: "" })
  emailKey!: string;

  @Column({ type: "varchar", length: 20, default: "ACTIVE" })
  status!: string;
}

/** The search terms of a member. A search reads a range of this index, never the whole table. */
@Entity("membership_term")
@Index("ix_membership_term_user", ["userId"])
export class MembershipTermRow {
  @PrimaryColumn({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_membership_term_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  @PrimaryColumn({ type: "varchar", length: 100 })
  term!: string;

  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_membership_term_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;
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

  /** The source of the role: `DEFAULT`, `ADMIN`, `API`, `MAPPING` or `SCIM`. */
  @Column({ name: "source_kind", type: "varchar", length: 20 })
  sourceKind!: string;

  /** The mapping that gave the role; `null` for other sources. */
  @Column({ name: "source_id", type: "varchar", length: 36, nullable: true })
  sourceId!: string | null;

  /** The connection whose mapping gave the role; `null` for other sources. */
  @Column({ name: "connection_id", type: "varchar", length: 36, nullable: true })
  connectionId!: string | null;

  /** The directory that gave the role, by its own mapping or by the attribute `roles`; `null` for other sources. */
  @Column({ name: "directory_id", type: "varchar", length: 36, nullable: true })
  directoryId!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
