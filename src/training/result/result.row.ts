/** The tables of results, of the courses' results behind modules' results, and of corrections. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("training_result")
@Index("ux_training_result_external", ["externalKey"], { unique: true })
@Index("ux_training_result_completion", ["completionKey"], { unique: true })
@Index("ix_training_result_completed", ["organizationId", "completedAt", "id"])
@Index("ix_training_result_user", ["organizationId", "userId", "completedAt", "id"])
@Index("ix_training_result_course", ["organizationId", "courseId", "completedAt", "id"])
@Index("ix_training_result_passed", ["organizationId", "passed", "completedAt", "id"])
@Index("ix_training_result_user_passed", ["organizationId", "userId", "passed", "completedAt", "id"])
@Index("ix_training_result_course_passed", ["organizationId", "courseId", "passed", "completedAt", "id"])
@Index("ix_training_result_user_course", ["organizationId", "userId", "courseId", "completedAt", "id"])
@Index("ix_training_result_attempt", ["userId", "courseId", "attempt"])
@Index("ix_training_result_of_course", ["courseId"])
export class ResultRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_training_result_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_training_result_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ name: "course_id", type: "varchar", length: 36 })
  @ForeignKey("CourseRow", { name: "fk_training_result_course", onDelete: "RESTRICT", onUpdate: "NO ACTION" })
  courseId!: string;

  /** `COURSE` or `MODULE`. */
  @Column({ type: "varchar", length: 20 })
  kind!: string;

  @Column({ type: "int" })
  attempt!: number;

  @Column({ name: "external_id", type: "varchar", length: 255, nullable: true })
  externalId!: string | null;

  /** SHA-256 in hex of organization and external id. Keeps external ids unique. */
  @Column({ name: "external_key", type: "varchar", length: 64, nullable: true })
  externalKey!: string | null;

  /** SHA-256 in hex of organization, user and module, so that a user completes a module once. `null` for courses. */
  @Column({ name: "completion_key", type: "varchar", length: 64, nullable: true })
  completionKey!: string | null;

  @Column({ type: "double", nullable: true })
  score!: number | null;

  @Column({ type: "double", nullable: true })
  maximum!: number | null;

  /** The score in percent of the maximum, calculated when it is stored. */
  @Column({ type: "double", nullable: true })
  percent!: number | null;

  @Column({ name: "pass_rate", type: "double", nullable: true })
  passRate!: number | null;

  @Column({ type: "boolean", nullable: true })
  passed!: boolean | null;

  @Column({ name: "started_at", type: "datetime", precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: "completed_at", type: "datetime", precision: 3 })
  completedAt!: Date;

  @Column({ name: "recorded_at", type: "datetime", precision: 3 })
  recordedAt!: Date;

  @Column({ type: "int" })
  version!: number;
}

/** A course's result from which a module's result is calculated. */
@Entity("training_result_child")
@Index("ix_training_result_child_result", ["resultId"])
export class ResultChildRow {
  @PrimaryColumn({ name: "module_result_id", type: "varchar", length: 36 })
  @ForeignKey("ResultRow", { name: "fk_training_result_child_module", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  moduleResultId!: string;

  @PrimaryColumn({ name: "result_id", type: "varchar", length: 36 })
  @ForeignKey("ResultRow", { name: "fk_training_result_child_result", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  resultId!: string;

  @Column({ type: "int" })
  position!: number;
}

/** A change of a result, with the values before and after. */
@Entity("training_result_correction")
@Index("ix_training_result_correction", ["resultId", "version"])
export class ResultCorrectionRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "result_id", type: "varchar", length: 36 })
  @ForeignKey("ResultRow", { name: "fk_training_result_correction_result", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  resultId!: string;

  /** The result's version after the change. */
  @Column({ type: "int" })
  version!: number;

  /** JSON. */
  @Column({ name: "before_value", type: "text" })
  before!: string;

  /** JSON. */
  @Column({ name: "after_value", type: "text" })
  after!: string;

  @Column({ type: "varchar", length: 1000, nullable: true })
  reason!: string | null;

  @Column({ name: "cause_kind", type: "varchar", length: 20 })
  causeKind!: string;

  @Column({ name: "cause_actor", type: "varchar", length: 36, nullable: true })
  causeActor!: string | null;

  @Column({ name: "corrected_at", type: "datetime", precision: 3 })
  correctedAt!: Date;
}
