/** The tables of filters, of their answers, and of users' answers. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("filter")
@Index("ux_filter_question", ["organizationId", "questionHash"], { unique: true })
export class FilterRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_filter_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  @Column({ type: "varchar", length: 500 })
  question!: string;

  /** SHA-256 in hex of the case-folded question. Keeps questions unique in the organization. */
  @Column({ name: "question_hash", type: "varchar", length: 64 })
  questionHash!: string;

  @Column({ type: "int" })
  position!: number;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}

@Entity("filter_answer")
@Index("ix_filter_answer_filter", ["filterId", "position"])
export class FilterAnswerRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "filter_id", type: "varchar", length: 36 })
  @ForeignKey("FilterRow", { name: "fk_filter_answer_filter", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  filterId!: string;

  @Column({ type: "varchar", length: 200 })
  text!: string;

  @Column({ type: "int" })
  position!: number;
}

@Entity("user_answer")
@Index("ix_user_answer_answer", ["answerId", "userId"])
@Index("ix_user_answer_filter", ["filterId"])
@Index("ix_user_answer_organization", ["organizationId"])
export class UserAnswerRow {
  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_user_answer_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @PrimaryColumn({ name: "filter_id", type: "varchar", length: 36 })
  @ForeignKey("FilterRow", { name: "fk_user_answer_filter", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  filterId!: string;

  @Column({ name: "answer_id", type: "varchar", length: 36 })
  @ForeignKey("FilterAnswerRow", { name: "fk_user_answer_answer", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  answerId!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_user_answer_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;
}
