/** The row of a group's manager. A manager sees the training of the members, and need not be a member. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("group_manager")
@Index("ix_group_manager_user", ["userId", "groupId"])
export class GroupManagerRow {
  @PrimaryColumn({ name: "group_id", type: "varchar", length: 36 })
  @ForeignKey("GroupRow", { name: "fk_group_manager_group", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  groupId!: string;

  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_group_manager_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
