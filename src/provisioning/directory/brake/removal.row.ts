/**
 * Rows of the accounts whose access a directory ended. The brake counts these rows, and administrators see how long each
 * removal took.
 */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("directory_removal")
@Index("ix_directory_removal_order", ["directoryId", "removedAt", "id"])
@Index("ix_directory_removal_time", ["removedAt"])
export class RemovalRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "directory_id", type: "varchar", length: 36 })
  @ForeignKey("DirectoryRow", { name: "fk_directory_removal_directory", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  directoryId!: string;

  /** No foreign key: a deleted account counts, too. */
  @Column({ name: "user_id", type: "varchar", length: 36 })
  userId!: string;

  /** The event of the removal. No foreign key, because old events are deleted. */
  @Column({ name: "event_id", type: "varchar", length: 36 })
  eventId!: string;

  /** When the request of the removal arrived. */
  @Column({ name: "arrived_at", type: "datetime", precision: 3, nullable: true })
  arrivedAt!: Date | null;

  /** Milliseconds from the arrival of the request to the commit. Written after the commit. */
  @Column({ name: "ended_ms", type: "int", nullable: true })
  endedMs!: number | null;

  @Column({ name: "removed_at", type: "datetime", precision: 3 })
  removedAt!: Date;
}
