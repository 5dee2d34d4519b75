/** Rows of the request log of directories, and of when each directory was last active. They hold no tokens and no bodies. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("directory_request")
@Index("ix_directory_request_order", ["directoryId", "occurredAt", "id"])
@Index("ix_directory_request_time", ["occurredAt"])
export class RequestRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_request_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  @Column({ type: "varchar", length: 20 })
  reference!: string;

  @Column({ type: "varchar", length: 10 })
  method!: string;

  /**
   * The path and the query without personal data: without the values of filters, and with no texts but ids and words of the
   * protocol.
   */
  @Column({ type: "varchar", length: 500 })
  path!: string;

  @Column({ type: "int" })
  status!: number;

  /** `SUCCEEDED`, or a code of the error catalogue. */
  @Column({ type: "varchar", length: 64 })
  outcome!: string;

  @Column({ name: "scim_type", type: "varchar", length: 20, nullable: true })
  scimType!: string | null;

  /** JSON list. */
  @Column({ name: "resource_ids", type: "text" })
  resourceIds!: string;

  @Column({ name: "duration_ms", type: "int" })
  durationMs!: number;

  @Column({ name: "occurred_at", type: "datetime", precision: 3 })
  occurredAt!: Date;
}

/**
 * When a directory was last active. It has its own row, so that a change never waits for the background work that writes it.
 */
@Entity("directory_activity")
export class ActivityRow {
  @PrimaryColumn({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_activity_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  @Column({ name: "last_request_at", type: "datetime", precision: 3 })
  lastRequestAt!: Date;

  /** The last request that stored a change; `null` if there was none. */
  @Column({ name: "last_write_at", type: "datetime", precision: 3, nullable: true })
  lastWriteAt!: Date | null;
}
