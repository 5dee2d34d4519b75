/** The row of a tenant. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("organization")
@Index("ux_organization_slug", ["slug"], { unique: true })
export class OrganizationRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ type: "varchar", length: 200 })
  name!: string;

  /** Lower case; part of the organization's URLs. */
  @Column({ type: "varchar", length: 63 })
  slug!: string;

  /** IANA name. */
  @Column({ name: "time_zone", type: "varchar", length: 64 })
  timeZone!: string;

  @Column({ name: "landing_url", type: "varchar", length: 2000, nullable: true })
  landingUrl!: string | null;

  /** The contact on the refusal page: an e-mail address, a phone number or a URL. */
  @Column({ name: "support_contact", type: "varchar", length: 500, nullable: true })
  supportContact!: string | null;

  /** Whether the operator allows single sign-on in this organization. */
  @Column({ name: "sso_allowed", type: "boolean" })
  ssoAllowed!: boolean;

  /** The person who owns the organization. Changes by hand cannot demote, disable or delete the owner. */
  @Column({ name: "owner_user_id", type: "varchar", length: 36, nullable: true })
  ownerUserId!: string | null;

  /** Whether the organization's plan includes single sign-on. The operator sets it. */
  @Column({ name: "sso_entitled", type: "boolean", default: true })
  ssoEntitled!: boolean;

  @Column({ name: "scim_entitled", type: "boolean", default: true })
  scimEntitled!: boolean;

  /** The seats in the plan; `null` for no limit. */
  @Column({ name: "total_seats", type: "int", nullable: true })
  totalSeats!: number | null;

  /** The number of taken seats, updated with every seat that is taken or released. */
  @Column({ name: "seats_in_use", type: "int", default: 0 })
  seatsInUse!: number;

  /** `lockOrganization` writes it with every lock. Its value has no meaning. */
  @Column({ name: "lock_count", type: "int", default: 0 })
  lockCount!: number;

  /**
   * When Usher noticed that the organization requires single sign-on but has no break-glass account that can sign in, and
   * mailed the administrators; `null` if that is not so.
   */
  @Column({ name: "break_glass_missing_since", type: "datetime", precision: 3, nullable: true })
  breakGlassMissingSince!: Date | null;

  /** JSON, completed by `readOrganizationPolicies`. */
  @Column({ type: "text" })
  policies!: string;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}
