/** The rows of a group: the group itself, and one row for each reason of a membership. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("user_group")
@Index("ux_user_group_name", ["organizationId", "nameHash"], { unique: true })
@Index("ix_user_group_order", ["organizationId", "nameKey", "id"])
export class GroupRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_user_group_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ type: "varchar", length: 200 })
  name!: string;

  /** SHA-256 hex of the name folded to one case: names are unique in an organization. */
  @Column({ name: "name_hash", type: "varchar", length: 64 })
  nameHash!: string;

  @Column({ name: "name_key", type: "varchar", length: 200 })
  nameKey!: string;

  @Column({ type: "varchar", length: 1000, nullable: true })
  description!: string | null;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}

/** One reason for which a user is in a group. A user without a reason is not a member. */
@Entity("group_member")
@Index("ix_group_member_user", ["userId", "groupId"])
@Index("ix_group_member_connection", ["userId", "connectionId"])
export class GroupMemberRow {
  @PrimaryColumn({ name: "group_id", type: "varchar", length: 36 })
  @ForeignKey("GroupRow", { name: "fk_group_member_group", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  groupId!: string;

  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_group_member_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  /** `ADMIN`, `API`, `MAPPING` or `SCIM`. */
  @PrimaryColumn({ name: "source_kind", type: "varchar", length: 20 })
  sourceKind!: string;

  /** The mapping or directory; empty for changes by hand. */
  @PrimaryColumn({ name: "source_id", type: "varchar", length: 36 })
  sourceId!: string;

  /** The connection whose mapping gave the membership. */
  @Column({ name: "connection_id", type: "varchar", length: 36, nullable: true })
  connectionId!: string | null;

  /** The directory whose own mapping gave the membership; `null` for other sources. */
  @Column({ name: "directory_id", type: "varchar", length: 36, nullable: true })
  directoryId!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
