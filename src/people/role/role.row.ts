/** The row of a role. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("role")
@Index("ux_role_key", ["organizationId", "key"], { unique: true })
export class RoleRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_role_organization", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  organizationId!: string;

  /** Upper case with underscores. Mappings and API clients use it. */
  @Column({ name: "role_key", type: "varchar", length: 64 })
  key!: string;

  @Column({ type: "varchar", length: 200 })
  name!: string;

  /** The higher rank wins. */
  @Column({ name: "role_rank", type: "int" })
  rank!: number;

  /** JSON list of permissions. */
  @Column({ type: "text" })
  permissions!: string;

  /** Built-in roles can be neither changed nor deleted. */
  @Column({ name: "built_in", type: "boolean" })
  builtIn!: boolean;
}
