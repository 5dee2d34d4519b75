/** The row of a seat that a user holds or held, with its beginning and its end. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("seat")
@Index("ux_seat_active", ["activeKey"], { unique: true })
@Index("ix_seat_organization", ["organizationId", "releasedAt", "cycleEndsAt"])
@Index("ix_seat_user", ["userId"])
export class SeatRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_seat_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_seat_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  /**
   * SHA-256 hex of organization and user while the user holds the seat, so that a user cannot hold two. `null` after the release.
   */
  @Column({ name: "active_key", type: "varchar", length: 64, nullable: true })
  activeKey!: string | null;

  /** The latest time at which a used seat becomes free; `null` if it has no end. */
  @Column({ name: "cycle_ends_at", type: "datetime", precision: 3, nullable: true })
  cycleEndsAt!: Date | null;

  @Column({ name: "assigned_at", type: "datetime", precision: 3 })
  assignedAt!: Date;

  /** When training first started on the seat in the present billing cycle. */
  @Column({ name: "used_at", type: "datetime", precision: 3, nullable: true })
  usedAt!: Date | null;

  @Column({ name: "released_at", type: "datetime", precision: 3, nullable: true })
  releasedAt!: Date | null;
}
