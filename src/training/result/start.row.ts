/** The table of starts of courses. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("training_start")
@Index("ux_training_start_open", ["openKey"], { unique: true })
@Index("ix_training_start_user", ["organizationId", "userId", "courseId"])
@Index("ix_training_start_order", ["organizationId", "startedAt", "id"])
@Index("ix_training_start_course_order", ["organizationId", "courseId", "startedAt", "id"])
@Index("ix_training_start_person", ["userId"])
@Index("ix_training_start_course", ["courseId"])
export class StartRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_training_start_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_training_start_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ name: "course_id", type: "varchar", length: 36 })
  @ForeignKey("CourseRow", { name: "fk_training_start_course", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  courseId!: string;

  /** The module as part of which the user started the course. */
  @Column({ name: "module_id", type: "varchar", length: 36, nullable: true })
  moduleId!: string | null;

  @Column({ type: "int" })
  attempt!: number;

  /** SHA-256 in hex of organization, user and course until completion, so that only one start can be open. */
  @Column({ name: "open_key", type: "varchar", length: 64, nullable: true })
  openKey!: string | null;

  @Column({ name: "started_at", type: "datetime", precision: 3 })
  startedAt!: Date;

  @Column({ name: "completed_at", type: "datetime", precision: 3, nullable: true })
  completedAt!: Date | null;
}
