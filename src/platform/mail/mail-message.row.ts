/** The outbox: messages to send, written in the unit of work of the change that they report. */
import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("mail_message")
@Index("ix_mail_message_due", ["nextAttemptAt", "leasedUntil"])
@Index("ix_mail_message_organization", ["organizationId", "id"])
export class MailMessageRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** The recipient's organization. Not a foreign key, because `platform` knows nothing of organizations. */
  @Column({ name: "organization_id", type: "varchar", length: 36, nullable: true })
  organizationId!: string | null;

  @Column({ type: "varchar", length: 254 })
  recipient!: string;

  @Column({ type: "varchar", length: 64 })
  template!: string;

  @Column({ type: "varchar", length: 300 })
  subject!: string;

  /** The name at the beginning of the HTML: the organization's; `null` for the sender's. */
  @Column({ type: "varchar", length: 200, nullable: true })
  heading!: string | null;

  /** Plain text. The HTML is made from it. */
  @Column({ type: "text" })
  body!: string;

  @Column({ type: "int", default: 0 })
  attempts!: number;

  /** `null` after it was sent or given up. */
  @Column({ name: "next_attempt_at", type: "datetime", precision: 3, nullable: true })
  nextAttemptAt!: Date | null;

  /** Until when other replicas must not send it. */
  @Column({ name: "leased_until", type: "datetime", precision: 3, nullable: true })
  leasedUntil!: Date | null;

  @Column({ name: "sent_at", type: "datetime", precision: 3, nullable: true })
  sentAt!: Date | null;

  @Column({ name: "last_error", type: "varchar", length: 500, nullable: true })
  lastError!: string | null;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;
}
