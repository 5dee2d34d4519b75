/** Rows of verified posted messages, for the minute until the browser completes its sign-in. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("sso_ticket")
@Index("ix_sso_ticket_expiry", ["expiresAt"])
export class TicketRow {
  /** SHA-256 hex of the ticket. */
  @PrimaryColumn({ name: "ticket_hash", type: "varchar", length: 64 })
  ticketHash!: string;

  @Column({ name: "connection_id", type: "varchar", length: 36 })
  @ForeignKey("ConnectionRow", { name: "fk_sso_ticket_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string;

  /** The connection's trust version under which the message was verified. */
  @Column({ name: "trust_version", type: "int" })
  trustVersion!: number;

  /**
   * SHA-256 hex of the token of the browser that began the flow. The browser must bring this token to redeem the
   * ticket.
   */
  @Column({ name: "browser_hash", type: "varchar", length: 64 })
  browserHash!: string;

  /** JSON, sealed by the key ring: the verified contents, the return address, the attempt's steps so far. */
  @Column({ type: "text" })
  payload!: string;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;

  @Column({ name: "consumed_at", type: "datetime", precision: 3, nullable: true })
  consumedAt!: Date | null;
}
