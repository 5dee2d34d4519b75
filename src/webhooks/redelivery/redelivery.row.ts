/** An order to send events to an endpoint again, with its progress, as the database holds it. */
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

  /** JSON list of the ids of the events; `null` when the order is for a range of the log. */
  @Column({ name: "event_ids", type: "text", nullable: true })
  eventIds!: string | null;

  @Column({ name: "from_sequence", type: "int" })
  fromSequence!: number;

  /** The cursor at the time of the order. Later events get their first attempt after the order. */
  @Column({ name: "to_sequence", type: "int" })
  toSequence!: number;

  /** The last sequence that was sent, or passed over because of its type. */
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
