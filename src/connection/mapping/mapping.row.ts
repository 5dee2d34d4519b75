/** The rows of mappings from claims to fields, roles and groups: those of connections and those of directories. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

abstract class AnyMappingRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** `ATTRIBUTE`, `ROLE` or `GROUP`. */
  @Column({ type: "varchar", length: 20 })
  kind!: string;

  /** The place in the list of its kind, from 1. */
  @Column({ type: "int" })
  position!: number;

  @Column({ type: "varchar", length: 500 })
  claim!: string;

  /** `EQUALS`, `ONE_OF`, `CONTAINS` or `MATCHES`; `null` for attributes, which copy the claim. */
  @Column({ type: "varchar", length: 20, nullable: true })
  operator!: string | null;

  /** JSON list of the texts with which the claim is compared; `null` for attributes. */
  @Column({ name: "match_values", type: "text", nullable: true })
  matchValues!: string | null;

  @Column({ name: "ignore_case", type: "boolean" })
  ignoreCase!: boolean;

  /** The field's name, the role's id or the group's id. */
  @Column({ type: "varchar", length: 64 })
  target!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}

@Entity("connection_mapping")
@Index("ix_connection_mapping", ["connectionId", "kind", "position"])
export class MappingRow extends AnyMappingRow {
  @Column({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", { name: "fk_connection_mapping_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string;
}

/** A mapping of a provisioning directory. */
@Entity("directory_mapping")
@Index("ix_directory_mapping", ["directoryId", "kind", "position"])
export class DirectoryMappingRow extends AnyMappingRow {
  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_mapping_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;
}
