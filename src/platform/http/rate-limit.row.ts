/** What somebody used of a limit, as the database holds it: one row for each limit and address, all replicas together. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("rate_limit")
@Index("ix_rate_limit_expiry", ["expiresAt"])
export class RateLimitRow {
  /** SHA-256 hex of the limit's name and the address. */
  @PrimaryColumn({ name: "key_hash", type: "varchar", length: 64 })
  keyHash!: string;

  /** What was used since the window began. */
  @Column({ type: "int" })
  points!: number;

  /** When the window ends, and counting begins anew. */
  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}
