/** The tables of courses, of the courses of modules, and of the assignments of courses to groups. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("course")
@Index("ux_course_external", ["externalKey"], { unique: true })
@Index("ix_course_order", ["organizationId", "titleKey", "id"])
export class CourseRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** `null` in the catalogue of the installation, which every organization sees and only the operator changes. */
  @Column({ name: "organization_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("OrganizationRow", { name: "fk_course_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string | null;

  /** `COURSE` or `MODULE`. */
  @Column({ type: "varchar", length: 20 })
  kind!: string;

  @Column({ type: "varchar", length: 200 })
  title!: string;

  @Column({ name: "title_key", type: "varchar", length: 200 })
  titleKey!: string;

  @Column({ type: "varchar", length: 2000, nullable: true })
  description!: string | null;

  @Column({ name: "external_id", type: "varchar", length: 255, nullable: true })
  externalId!: string | null;

  /** SHA-256 in hex of organization and external id. Keeps external ids unique. */
  @Column({ name: "external_key", type: "varchar", length: 64, nullable: true })
  externalKey!: string | null;

  /** From 0 to 100. Results without a pass rate of their own use it. */
  @Column({ name: "pass_rate", type: "double", nullable: true })
  passRate!: number | null;

  @Column({ name: "archived_at", type: "datetime", precision: 3, nullable: true })
  archivedAt!: Date | null;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}

@Entity("module_course")
@Index("ix_module_course_course", ["courseId"])
export class ModuleCourseRow {
  @PrimaryColumn({ name: "module_id", type: "varchar", length: 36 })
  @ForeignKey("CourseRow", { name: "fk_module_course_module", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  moduleId!: string;

  @PrimaryColumn({ name: "course_id", type: "varchar", length: 36 })
  @ForeignKey("CourseRow", { name: "fk_module_course_course", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  courseId!: string;

  @Column({ type: "int" })
  position!: number;
}

@Entity("course_assignment")
@Index("ix_course_assignment_course", ["courseId", "groupId"])
@Index("ix_course_assignment_organization", ["organizationId"])
export class CourseAssignmentRow {
  @PrimaryColumn({ name: "group_id", type: "varchar", length: 36 })
  @ForeignKey("GroupRow", { name: "fk_course_assignment_group", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  groupId!: string;

  @PrimaryColumn({ name: "course_id", type: "varchar", length: 36 })
  @ForeignKey("CourseRow", { name: "fk_course_assignment_course", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  courseId!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_course_assignment_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  @Column({ name: "assigned_at", type: "datetime", precision: 3 })
  assignedAt!: Date;
}
