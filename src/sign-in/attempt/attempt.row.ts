/** Rows of sign-in attempts, successful or refused. They hold no secrets and no tokens. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("sign_in_attempt")
@Index("ix_sign_in_attempt_organization", ["organizationId", "occurredAt", "id"])
@Index("ix_sign_in_attempt_time", ["occurredAt"])
@Index("ux_sign_in_attempt_reference", ["reference"], { unique: true })
@Index("ix_sign_in_attempt_user", ["userId"])
export class AttemptRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** A short text that the refusal page shows. An administrator finds the attempt by it. */
  @Column({ type: "varchar", length: 20 })
  reference!: string;

  /** `SIGN_IN` or `TEST`. */
  @Column({ type: "varchar", length: 20, default: "SIGN_IN" })
  kind!: string;

  @Column({ name: "organization_id", type: "varchar", length: 36 })
  @ForeignKey("OrganizationRow", {
    name: "fk_sign_in_attempt_organization",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  organizationId!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36, nullable: true })
  connectionId!: string | null;

  @Column({ name: "user_id", type: "varchar", length: 36, nullable: true })
  userId!: string | null;

  /** `SUCCEEDED`, or a code of the error catalogue. */
  @Column({ type: "varchar", length: 64 })
  outcome!: string;

  /** Why the attempt was refused, such as the expected and the received value. Only administrators may see it. */
  @Column({ type: "varchar", length: 2000, nullable: true })
  detail!: string | null;

  /** JSON list of `{ step, at }`. */
  @Column({ type: "text" })
  steps!: string;

  @Column({ type: "varchar", length: 512, nullable: true })
  issuer!: string | null;

  @Column({ type: "varchar", length: 512, nullable: true })
  subject!: string | null;

  @Column({ type: "varchar", length: 254, nullable: true })
  email!: string | null;

  /** How the person authenticated at the provider: its `amr` and `acr` values. */
  @Column({ name: "authentication_methods", type: "varchar", length: 500, nullable: true })
  authenticationMethods!: string | null;

  /** The provider's authentication context class. */
  @Column({ type: "varchar", length: 255, nullable: true })
  acr!: string | null;

  /** JSON list of the provider's authentication methods. */
  @Column({ type: "varchar", length: 600, nullable: true })
  amr!: string | null;

  /** When the person authenticated at the provider. */
  @Column({ name: "auth_time", type: "datetime", precision: 3, nullable: true })
  authTime!: Date | null;

  @Column({ type: "varchar", length: 64, nullable: true })
  address!: string | null;

  @Column({ name: "user_agent", type: "varchar", length: 400, nullable: true })
  userAgent!: string | null;

  @Column({ name: "occurred_at", type: "datetime", precision: 3 })
  occurredAt!: Date;
}
