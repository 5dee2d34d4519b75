/** The row of an account. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("app_user")
@Index("ux_app_user_login_email", ["loginEmailKey"], { unique: true })
@Index("ix_app_user_email", ["homeOrganizationId", "emailKey"])
@Index("ix_app_user_username", ["homeOrganizationId", "usernameKey"])
@Index("ix_app_user_employee_id", ["homeOrganizationId", "employeeId"])
@Index("ix_app_user_signed_in", ["homeOrganizationId", "lastSignedInAt"])
@Index("ix_app_user_manager", ["managerUserId"])
@Index("ix_app_user_break_glass", ["homeOrganizationId", "breakGlass"])
export class UserRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** Never changes. Only the home organization's policies and connections decide how the person signs in. */
  @Column({ name: "home_organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", { name: "fk_app_user_home", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  homeOrganizationId!: string;

  @Column({ type: "varchar", length: 254 })
  email!: string;

  @Column({ name: "email_key", type: "varchar", length: 254 })
  emailKey!: string;

  /** The e-mail key of an account that holds a password, unique in the installation; `null` for all others. */
  @Column({ name: "login_email_key", type: "varchar", length: 254, nullable: true })
  loginEmailKey!: string | null;

  @Column({ type: "varchar", length: 254, nullable: true })
  username!: string | null;

  /** The username folded to one case, which `matchKey: USERNAME` compares. */
  @Column({ name: "username_key", type: "varchar", length: 254, nullable: true })
  usernameKey!: string | null;

  @Column({ name: "first_name", type: "varchar", length: 200 })
  firstName!: string;

  @Column({ name: "first_name_key", type: "varchar", length: 200 })
  firstNameKey!: string;

  @Column({ name: "last_name", type: "varchar", length: 200 })
  lastName!: string;

  @Column({ name: "last_name_key", type: "varchar", length: 200 })
  lastNameKey!: string;

  @Column({ name: "full_name", type: "varchar", length: 400 })
  fullName!: string;

  @Column({ name: "employee_id", type: "varchar", length: 200, nullable: true })
  employeeId!: string | null;

  @Column({ type: "varchar", length: 20 })
  status!: string;

  @Column({ name: "auth_method", type: "varchar", length: 20 })
  authMethod!: string;

  /** The manager's account, if it is known. */
  @Column({ name: "manager_user_id", type: "varchar", length: 36, nullable: true })
  managerUserId!: string | null;

  /** Not used since operators have accounts of their own. A later version drops the column. */
  @Column({ name: "is_operator", type: "boolean", default: false })
  isOperator!: boolean;

  /** Whether this is a break-glass account: no sign-in, directory or file finds, links, changes or removes it. */
  @Column({ name: "is_break_glass", type: "boolean", default: false })
  breakGlass!: boolean;

  /** `null` before the first sign-in: the account is *prepared*. */
  @Column({ name: "first_signed_in_at", type: "datetime", precision: 3, nullable: true })
  firstSignedInAt!: Date | null;

  @Column({ name: "last_signed_in_at", type: "datetime", precision: 3, nullable: true })
  lastSignedInAt!: Date | null;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}
