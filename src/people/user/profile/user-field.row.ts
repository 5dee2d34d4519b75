/** The value that one source gave for a field of a person. The precedence of sources decides which value is shown. */
import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";

@Entity("user_field")
export class UserFieldRow {
  @PrimaryColumn({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_user_field_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  /** A profile field's name, or `custom.NAME`. */
  @PrimaryColumn({ type: "varchar", length: 64 })
  field!: string;

  /** `SCIM`, `SSO`, `FILE`, `ADMIN`, `API` or `PERSON`. */
  @PrimaryColumn({ type: "varchar", length: 20 })
  source!: string;

  /** The connection, directory, import, user or API key that gave the value. */
  @Column({ name: "source_id", type: "varchar", length: 36, nullable: true })
  sourceId!: string | null;

  @Column({ type: "varchar", length: 2000 })
  value!: string;

  @Column({ name: "given_at", type: "datetime", precision: 3 })
  givenAt!: Date;
}
