/** An order to send part of the log to an endpoint once more, as the database holds it, with its progress. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("webhook_redelivery")
@Index("ix_webhook_redelivery_endpoint", ["endpointId", "state", "id"])
export class WebhookRedeliveryRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "endpoint_id", type: "varchar", length: 36 })
  @ForeignKey("WebhookEndpointRow", {
    name: "fk_webhook_redelivery_endpoint",
    onDelete: "CASCADE",
    onUpdate: "NO ACTION",
  })
  endpointId!: string;

  @Column({ type: "varchar", length: 20 })
  state!: string;

  /** JSON list of the events that were named; `null` for a range of the log. */
  @Column({ name: "event_ids", type: "text", nullable: true })
  eventIds!: string | null;

  @Column({ name: "from_sequence", type: "int" })
  fromSequence!: number;

  /** What came later has its first attempt still before it, or has just had it. */
  @Column({ name: "to_sequence", type: "int" })
  toSequence!: number;

  /** The last sequence that was dealt with. */
  @Column({ type: "int" })
  position!: number;

  @Column({ type: "int" })
  total!: number;

  @Column({ type: "int" })
  attempted!: number;

  @Column({ type: "int" })
  succeeded!: number;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "finished_at", type: "datetime", precision: 3, nullable: true })
  finishedAt!: Date | null;
}
