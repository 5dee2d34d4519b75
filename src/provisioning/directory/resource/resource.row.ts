/** The rows of a directory's resources: what the directory says of a user or group, its filterable values, and removals. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("directory_resource")
@Index("ux_directory_resource_name", ["directoryId", "kind", "nameHash"], { unique: true })
@Index("ux_directory_resource_external", ["directoryId", "kind", "externalHash"], { unique: true })
@Index("ux_directory_resource_user", ["userId"], { unique: true })
@Index("ux_directory_resource_group", ["groupId"], { unique: true })
@Index("ix_directory_resource_order", ["directoryId", "kind", "id"])
export class ResourceRow {
  /** The resource's id in SCIM. A user that is created again after a DELETE gets a new one. */
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_resource_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  /** `USER` or `GROUP`. */
  @Column({ type: "varchar", length: 10 })
  kind!: string;

  /** The account of a user. An account has at most one resource. */
  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("UserRow", { name: "fk_directory_resource_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string | null;

  @Column({ name: "group_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("GroupRow", { name: "fk_directory_resource_group", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  groupId!: string | null;

  /** SHA-256 hex of the `userName` or `displayName`, folded to one case. */
  @Column({ name: "name_hash", type: "varchar", length: 64 })
  nameHash!: string;

  /** SHA-256 hex of the `externalId`. */
  @Column({ name: "external_hash", type: "varchar", length: 64, nullable: true })
  externalHash!: string | null;

  /** The directory's own values, as JSON. */
  @Column({ type: "text" })
  document!: string;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "modified_at", type: "datetime", precision: 3 })
  modifiedAt!: Date;
}

/** One value of a document, in the form that filters compare. */
@Entity("directory_value")
@Index("ix_directory_value_key", ["directoryId", "attribute", "valueKey"])
export class ResourceValueRow {
  @PrimaryColumn({ name: "resource_id", type: "varchar", length: 36 })
  @ForeignKey("ResourceRow", { name: "fk_directory_value_resource", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  resourceId!: string;

  /** In lower case, with its parent: `emails.value`. */
  @PrimaryColumn({ type: "varchar", length: 100 })
  attribute!: string;

  /** The place in a list, so that a value path finds values of one element; 0 for a single value. */
  @PrimaryColumn({ type: "int" })
  element!: number;

  /** No foreign key: the resource has one. */
  @Column({ name: "directory_id", type: "varchar", length: 36 })
  directoryId!: string;

  @Column({ name: "value_key", type: "varchar", length: 300 })
  valueKey!: string;
}

/** A user that the directory deleted. It contains no personal data, so that it can outlive the account. */
@Entity("directory_tombstone")
@Index("ix_directory_tombstone_name", ["directoryId", "nameHash"])
@Index("ix_directory_tombstone_external", ["directoryId", "externalHash"])
@Index("ix_directory_tombstone_email", ["directoryId", "emailHash"])
@Index("ix_directory_tombstone_user", ["userId"])
export class TombstoneRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_tombstone_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  /** `null` after the account was deleted. */
  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("UserRow", { name: "fk_directory_tombstone_user", onDelete: "SET NULL", onUpdate: "NO ACTION" })
  userId!: string | null;

  @Column({ name: "name_hash", type: "varchar", length: 64 })
  nameHash!: string;

  @Column({ name: "external_hash", type: "varchar", length: 64, nullable: true })
  externalHash!: string | null;

  /** SHA-256 hex of the address, folded to one case. */
  @Column({ name: "email_hash", type: "varchar", length: 64, nullable: true })
  emailHash!: string | null;

  @Column({ name: "removed_at", type: "datetime", precision: 3 })
  removedAt!: Date;
}
