/** The use of a rate limit: one row for each limit and address, shared by all replicas. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("rate_limit")
@Index("ix_rate_limit_expiry", ["expiresAt"])
export class RateLimitRow {
  /** SHA-256 hex of the limit's name and the address. */
  @PrimaryColumn({ name: "key_hash", type: "varchar", length: 64 })
  keyHash!: string;

  /** Used since the window began. */
  @Column({ type: "int" })
  points!: number;

  /** When the window ends. */
  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}
