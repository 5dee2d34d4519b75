/** The row of a session. Ending a session deletes it. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("user_session")
@Index("ux_user_session_token", ["tokenHash"], { unique: true })
@Index("ix_user_session_user", ["userId"])
@Index("ix_user_session_connection", ["connectionId"])
@Index("ix_user_session_expiry", ["expiresAt"])
export class SessionRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** SHA-256 hex of the cookie's value. */
  @Column({ name: "token_hash", type: "varchar", length: 64 })
  tokenHash!: string;

  @Column({ name: "user_id", type: "varchar", length: 36 })
  @ForeignKey("UserRow", { name: "fk_user_session_user", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  userId!: string;

  /** The organization in which the person works in this session. */
  @Column({ name: "organization_id", type: "varchar", length: 36 })
  organizationId!: string;

  /**
   * The connection that started the session. When the connection is disabled, the session ends. There is no foreign key,
   * because `people` must not use `connection`.
   */
  @Column({ name: "connection_id", type: "varchar", length: 36, nullable: true })
  connectionId!: string | null;

  /** SHA-256 hex of the state or ticket that the browser sent at the end of the sign-in. */
  @Column({ name: "flow_hash", type: "varchar", length: 64, nullable: true })
  flowHash!: string | null;

  @Column({ type: "varchar", length: 64, nullable: true })
  address!: string | null;

  @Column({ name: "user_agent", type: "varchar", length: 400, nullable: true })
  userAgent!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  /** When the session ends if it is not used again. */
  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;

  /**
   * When the session ends however much it is used: after its lifetime, or earlier if the provider set an earlier end.
   * `null` if use does not move `expiresAt`.
   */
  @Column({ name: "ends_at", type: "datetime", precision: 3, nullable: true })
  endsAt!: Date | null;

  /**
   * When the session was last used, to the minute; `null` if an earlier version of Usher opened it and nobody has used it
   * since.
   */
  @Column({ name: "last_used_at", type: "datetime", precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  /** The provider's authentication context class. */
  @Column({ type: "varchar", length: 255, nullable: true })
  acr!: string | null;

  /** JSON list of the provider's authentication methods. */
  @Column({ type: "varchar", length: 600, nullable: true })
  amr!: string | null;

  /** When the person authenticated at the provider. */
  @Column({ name: "auth_time", type: "datetime", precision: 3, nullable: true })
  authTime!: Date | null;
}
